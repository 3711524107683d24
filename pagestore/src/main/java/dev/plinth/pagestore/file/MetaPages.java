package dev.plinth.pagestore.file;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.Meta.Validity;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Both meta pages as they stand in the file, and which of them counts: the one of the larger
 * transaction if it is valid, else the other one.
 *
 * @param fields the fields of each page, whether valid or not
 * @param validity the outcome of each page's validation
 */
public record MetaPages(List<Meta> fields, List<Validity> validity) {
    private static final int PROBE_BYTES = 4096;
    private static final int PROBE_STEPS = 15;
    private static final long PROBE_FIRST = 1024;

    /** Reads both pages of a file with pages of that size. */
    public static MetaPages read(DiskFile file, long pageSize) throws IOException {
        List<Meta> fields = new ArrayList<>();
        List<Validity> validity = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 2; i++) {
                MemorySegment page = arena.allocate(Meta.SIZE, Long.BYTES);
                file.pread(page, i * pageSize);
                fields.add(Meta.read(page, 0));
                validity.add(Meta.validate(page, 0));
            }
        }
        return new MetaPages(fields, validity);
    }

    /** The index of the page that counts, or -1. */
    public int activeIndex() {
        int newer = Long.compareUnsigned(fields.get(1).txid(), fields.get(0).txid()) > 0 ? 1 : 0;
        if (validity.get(newer) == Validity.OK) {
            return newer;
        }
        return validity.get(1 - newer) == Validity.OK ? 1 - newer : -1;
    }

    /** The state that counts; if there is none, the error of meta page 0. */
    public Meta active(Path path) {
        int index = activeIndex();
        if (index < 0) {
            throw refusal(path, validity.get(0));
        }
        return fields.get(index);
    }

    private static DatabaseException refusal(Path path, Validity validity) {
        return switch (validity) {
            case VERSION_MISMATCH -> new DatabaseException.VersionMismatch(path);
            case CHECKSUM -> new DatabaseException.ChecksumMismatch(path);
            case INVALID, OK -> new DatabaseException.Invalid(path, Validity.INVALID.text());
        };
    }

    /**
     * Finds the page size of a file: that of a valid meta page 0, else that of a valid meta page at
     * one of the places where page 1 can be; else {@code fallback}, with which reading then fails
     * properly.
     */
    public static int findPageSize(DiskFile file, Path path, int fallback) throws IOException {
        long fileBytes = file.size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PROBE_BYTES, Long.BYTES);
            boolean readable = file.pread(buffer, 0) == PROBE_BYTES;
            if (readable && Meta.validate(buffer, 0) == Validity.OK) {
                return checkedPageSize(path, Meta.read(buffer, 0).pageSize());
            }
            for (int i = 0; i < PROBE_STEPS; i++) {
                long position = PROBE_FIRST << i;
                if (position >= fileBytes - PROBE_FIRST) {
                    break;
                }
                buffer.fill((byte) 0);
                long read = file.pread(buffer, position);
                if (read < PROBE_BYTES && position + read != fileBytes) {
                    continue;
                }
                readable = true;
                if (Meta.validate(buffer, 0) == Validity.OK) {
                    return checkedPageSize(path, Meta.read(buffer, 0).pageSize());
                }
            }
            if (!readable) {
                throw new DatabaseException.Invalid(path, Validity.INVALID.text());
            }
            return fallback;
        }
    }

    private static int checkedPageSize(Path path, int pageSize) {
        if (Integer.bitCount(pageSize) != 1 || pageSize < 1024 || pageSize > 1 << 24) {
            throw new DatabaseException.Invalid(
                    path,
                    "page size "
                            + Integer.toUnsignedString(pageSize)
                            + " is not a power of two from 1024 to 16777216");
        }
        return pageSize;
    }
}
