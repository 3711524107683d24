package dev.plinth.pagestore.surgery;

import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operations. Each takes the damaged file and a path for its copy, and changes the copy.
 * Refusals are {@link SurgeryException}s; pages that cannot be read are {@link
 * dev.plinth.pagestore.DatabaseException.Corrupted}.
 */
public final class Surgery {
    /** Stands for "to the end" in {@link #clearElements}. */
    public static final int TO_END = -1;

    private final Disk disk;

    /** Operations on files of a disk. */
    public Surgery(Disk disk) {
        this.disk = disk;
    }

    /** Gives up the last transaction: the older meta page takes the newer one's place. */
    public void revertMetaPage(Path source, Path output) throws IOException, SurgeryException {
        try (PatientFile file = PatientFile.copyOf(disk, source, output)) {
            file.readGeometry();
            int pageSize = file.pageSize();
            MemorySegment first = file.read(0, pageSize);
            MemorySegment second = file.read(pageSize, pageSize);
            boolean firstIsNewer =
                    Long.compareUnsigned(Meta.read(first, 0).txid(), Meta.read(second, 0).txid())
                            > 0;
            if (firstIsNewer) {
                PageHeader.setId(second, 0, 0);
                file.write(second, 0);
            } else {
                PageHeader.setId(first, 0, 1);
                file.write(first, pageSize);
            }
        }
    }

    /**
     * Copies a page with its overflow pages over another one.
     *
     * @return whether the file lists free pages, so that the list may be wrong now
     */
    public boolean copyPage(Path source, Path output, long from, long to)
            throws IOException, SurgeryException {
        if (from == to) {
            throw new SurgeryException(
                    "'--from-page' and '--to-page' have the same value: "
                            + Long.toUnsignedString(from));
        }
        try (PatientFile file = PatientFile.copyOf(disk, source, output)) {
            file.readGeometry();
            MemorySegment run = file.readRun(from);
            PageHeader.setId(run, 0, to);
            file.write(run, to * file.pageSize());
            return file.activeMeta().isFreelistPersisted();
        }
    }

    /**
     * Takes all elements out of a branch or leaf page.
     *
     * @return whether pages may now be neither reachable nor listed as free
     */
    public boolean clearPage(Path source, Path output, long page)
            throws IOException, SurgeryException {
        if (page < 2) {
            throw new SurgeryException("the pageId must be at least 2, but got " + page);
        }
        return clear(source, output, page, 0, TO_END);
    }

    /**
     * Takes the elements from one index, inclusive, to another, exclusive, out of a branch or leaf
     * page.
     *
     * @return whether pages may now be neither reachable nor listed as free
     */
    public boolean clearElements(Path source, Path output, long page, int from, int to)
            throws IOException, SurgeryException {
        if (page < 2) {
            throw new SurgeryException("the pageId must be at least 2, but got " + page);
        }
        return clear(source, output, page, from, to);
    }

    private boolean clear(Path source, Path output, long page, int from, int to)
            throws IOException, SurgeryException {
        try (PatientFile file = PatientFile.copyOf(disk, source, output)) {
            file.readGeometry();
            MemorySegment run = file.readRun(page);
            int flags = PageHeader.flags(run, 0);
            if (flags != PageHeader.BRANCH && flags != PageHeader.LEAF) {
                throw new SurgeryException(
                        "can't clear elements in \"" + PageHeader.typeName(flags) + "\" page");
            }
            int count = PageHeader.count(run, 0);
            if (count == 0) {
                return false;
            }
            checkRange(from, to, count);
            long overflow = PageHeader.overflow(run, 0);
            long newOverflow = ElementRemoval.remove(run, from, to, file.pageSize());
            file.write(run, page * file.pageSize());
            return newOverflow != overflow || flags == PageHeader.BRANCH;
        }
    }

    private static void checkRange(int from, int to, int count) throws SurgeryException {
        if (from < 0 || from >= count) {
            throw new SurgeryException(
                    "the start index (" + from + ") is out of range [0, " + count + ")");
        }
        if ((to < 0 || to > count) && to != TO_END) {
            throw new SurgeryException(
                    "the end index (" + to + ") is out of range [0, " + count + "]");
        }
        if (to != TO_END && from > to) {
            throw new SurgeryException(
                    "the start index (" + from + ") is bigger than the end index (" + to + ")");
        }
        if (from == to) {
            throw new SurgeryException(
                    "invalid: the start index ("
                            + from
                            + ") is equal to the end index ("
                            + to
                            + ")");
        }
    }

    /** Marks the list of free pages as not persisted in both meta pages, and renews checksums. */
    public void abandonFreelist(Path source, Path output) throws IOException, SurgeryException {
        try (PatientFile file = PatientFile.copyOf(disk, source, output)) {
            file.readGeometry();
            for (int i = 0; i < 2; i++) {
                long position = (long) i * file.pageSize();
                MemorySegment page = file.read(position, file.pageSize());
                page.set(Bytes.LONG, 48, Meta.NO_FREELIST);
                page.set(Bytes.LONG, 72, Meta.computedChecksum(page, 0));
                file.write(page, position);
            }
        }
    }

    /** Finds the free pages by a walk over the tree, and persists the list. */
    public void rebuildFreelist(Path source, Path output) throws IOException, SurgeryException {
        try (PatientFile file = PatientFile.inPlace(disk, source)) {
            file.readGeometry();
            if (file.activeMeta().isFreelistPersisted()) {
                throw new SurgeryException(
                        "the file already has freelist, please consider to abandon the freelist"
                                + " to forcibly rebuild it");
            }
        }
        PatientFile.copyOf(disk, source, output).close();
        Database.open(disk, output, Options.defaults()).close();
    }

    /**
     * The validity of both meta pages; the second one is read at the page size that the first one
     * names.
     */
    public List<Meta.Validity> validateMetaPages(Path source) throws IOException {
        List<Meta.Validity> result = new ArrayList<>();
        try (PatientFile file = PatientFile.inPlace(disk, source)) {
            MemorySegment first = file.read(0, Meta.SIZE);
            result.add(Meta.validate(first, 0));
            int pageSize = Meta.read(first, 0).pageSize();
            result.add(Meta.validate(file.read(pageSize & 0xFFFF_FFFFL, Meta.SIZE), 0));
        }
        return result;
    }

    /** Fields of a meta page to be set; null leaves one alone. */
    public record MetaChange(
            @Nullable Integer pageSize,
            @Nullable Long root,
            @Nullable Long freelist,
            @Nullable Long highWaterMark) {}

    /**
     * What {@link #updateMetaPage} did.
     *
     * @param changed whether any byte is different now
     * @param pageSize page size in the page that was changed
     * @param otherPageSize page size in the other one
     */
    public record MetaUpdate(boolean changed, int pageSize, int otherPageSize) {}

    /** Sets fields of a meta page, and repairs magic, version, flags and checksum. */
    public MetaUpdate updateMetaPage(Path source, Path output, int metaPage, MetaChange change)
            throws IOException, SurgeryException {
        if (metaPage < 0 || metaPage > 1) {
            throw new SurgeryException("invalid meta page id: " + metaPage);
        }
        try (PatientFile file = PatientFile.copyOf(disk, source, output)) {
            return MetaRepair.update(file, metaPage, change);
        }
    }
}
