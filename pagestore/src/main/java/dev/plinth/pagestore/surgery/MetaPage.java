package dev.plinth.pagestore.surgery;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A meta page looked at for itself, without regard to the other one. Its header is neither read nor
 * written.
 *
 * @param fields what it says, true or not
 * @param validity whether it would be accepted
 * @param finding what was expected and what was found, if it would not
 */
public record MetaPage(Meta fields, Meta.Validity validity, String finding) {
    /** What a transfer covers; the smallest page. */
    private static final int TRANSFER_BYTES = 1024;

    /**
     * New values for fields; null leaves one alone.
     *
     * @param pageSize bytes of a page
     * @param root root page of the root bucket, whose sequence becomes 0
     * @param freelist first page of the list of free pages
     * @param highWaterMark number of pages
     */
    public record Change(
            @Nullable Integer pageSize,
            @Nullable Long root,
            @Nullable Long freelist,
            @Nullable Long highWaterMark) {
        /** Whether no field is to change. */
        public boolean isEmpty() {
            return pageSize == null && root == null && freelist == null && highWaterMark == null;
        }

        private Meta applyTo(Meta meta) {
            return new Meta(
                    Objects.requireNonNullElse(pageSize, meta.pageSize()),
                    PageHeader.META,
                    Objects.requireNonNullElse(root, meta.root()),
                    root == null ? meta.rootSequence() : 0,
                    Objects.requireNonNullElse(freelist, meta.freelist()),
                    Objects.requireNonNullElse(highWaterMark, meta.highWaterMark()),
                    meta.txid());
        }
    }

    /**
     * Reads a meta page.
     *
     * @param index 0 or 1
     * @param pageSize where page 1 begins; unsigned, of no matter for page 0
     * @throws Corrupted with the reason {@code EOF} if the file is too short
     */
    public static MetaPage read(Disk disk, Path path, int index, int pageSize) {
        try (DiskFile file = disk.open(path, 0, OpenFlag.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment page = read(file, arena, index, pageSize);
            Meta.Validity validity = Meta.validate(page, 0);
            return new MetaPage(Meta.read(page, 0), validity, finding(page, validity));
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "read", e);
        }
    }

    private static String finding(MemorySegment page, Meta.Validity validity) {
        return switch (validity) {
            case OK -> "";
            case INVALID -> "magic %08x, expected %08x".formatted(Meta.magic(page, 0), Meta.MAGIC);
            case VERSION_MISMATCH ->
                    "version %d, expected %d".formatted(Meta.version(page, 0), Meta.VERSION);
            case CHECKSUM ->
                    "checksum %016x, expected %016x"
                            .formatted(Meta.checksum(page, 0), Meta.computedChecksum(page, 0));
        };
    }

    private static MemorySegment read(DiskFile file, Arena arena, int index, int pageSize)
            throws IOException {
        MemorySegment page = arena.allocate(TRANSFER_BYTES, Long.BYTES);
        if (file.pread(page, position(index, pageSize)) < TRANSFER_BYTES) {
            throw new Corrupted(file.path(), index, "EOF");
        }
        return page;
    }

    private static long position(int index, int pageSize) {
        return index == 0 ? 0 : Integer.toUnsignedLong(pageSize);
    }

    /**
     * Changes fields, and repairs magic, version, flags and checksum in any case. Durable when it
     * returns.
     *
     * @return whether a field was given or something had to be repaired
     */
    public static boolean update(Disk disk, Path path, int index, int pageSize, Change change) {
        try (DiskFile file = disk.open(path, 0, OpenFlag.READ, OpenFlag.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment page = read(file, arena, index, pageSize);
            MemorySegment changed = arena.allocate(TRANSFER_BYTES, Long.BYTES).copyFrom(page);
            change.applyTo(Meta.read(page, 0)).writeStructure(changed, 0);
            if (change.isEmpty() && changed.mismatch(page) < 0) {
                return false;
            }
            file.pwrite(changed, position(index, pageSize));
            file.fdatasync();
            return true;
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "update meta page " + index, e);
        }
    }
}
