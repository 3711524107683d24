package dev.plinth.pagestore.surgery;

import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.inspect.RawPages;
import dev.plinth.pagestore.inspect.RawRun;
import dev.plinth.walio.io.Disk;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Operations on the pages of one file, which is changed in place: make a copy first ({@link
 * FileCopy}). Each operation is durable when it returns. The file is not locked. One thread.
 *
 * <p>Source: bbolt's surgeon; a page that is written holds the same bytes as there.
 */
public final class Surgery {
    /** Stands for the end of the page as the end of a range of elements. */
    public static final int TO_END = -1;

    private final Disk disk;
    private final Path path;

    /** Operations on a file. */
    public Surgery(Disk disk, Path path) {
        this.disk = disk;
        this.path = path;
    }

    /**
     * Copies the older meta page over the newer one: the last transaction is undone, provided that
     * nothing has reused its predecessor's pages. Checksums are not looked at.
     */
    public void revertMetaPage() {
        long newer;
        try (RawPages pages = RawPages.open(disk, path);
                RawRun meta0 = pages.read(0);
                RawRun meta1 = pages.read(1)) {
            newer = Long.compareUnsigned(meta0.meta().txid(), meta1.meta().txid()) < 0 ? 1 : 0;
        }
        copyPage(1 - newer, newer);
    }

    /** Copies a page with its overflow pages to another place, and gives it that place's number. */
    public void copyPage(long from, long to) {
        try (RawPages pages = RawPages.openForWriting(disk, path);
                RawRun run = pages.read(from)) {
            PageHeader.setId(run.segment(), 0, to);
            pages.write(run, run.overflow() + 1);
            pages.sync();
        }
    }

    /**
     * Removes all elements of a branch or leaf.
     *
     * @return whether pages may have been lost that no list of free pages names
     */
    public boolean clearPage(long page) {
        return clearElements(page, 0, TO_END);
    }

    /**
     * Removes the elements of a branch or leaf from one index up to, but not including, another.
     *
     * @return whether pages may have been lost that no list of free pages names
     */
    public boolean clearElements(long page, int from, int to) {
        try (RawPages pages = RawPages.openForWriting(disk, path);
                RawRun run = pages.read(page)) {
            boolean isBranch = run.flags() == PageHeader.BRANCH;
            if (!isBranch && run.flags() != PageHeader.LEAF) {
                throw new SurgeryException("can't clear elements in \"" + run.type() + "\" page");
            }
            int count = run.count();
            if (count == 0) {
                return false;
            }
            requireRange(from, to, count);
            long end =
                    to == TO_END || to == count
                            ? cutOff(run, from)
                            : closeGap(run, isBranch, from, to, count);
            long before = run.overflow();
            long overflow = Math.max(1, (end + pages.pageSize() - 1) / pages.pageSize()) - 1;
            PageHeader.setOverflow(run.segment(), 0, overflow);
            pages.write(run, overflow + 1);
            pages.sync();
            return isBranch || overflow != before;
        }
    }

    private static void requireRange(int from, int to, int count) {
        if (from < 0 || from >= count) {
            throw new SurgeryException(
                    "the start index (" + from + ") is out of range [0, " + count + ")");
        }
        if (to != TO_END && (to < 0 || to > count)) {
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

    /**
     * Keeps the elements below an index where they are.
     *
     * @return where the last byte in use ends: kept data stands behind the places of all elements
     *     that there were, so this is more than the sum of what is kept
     */
    private static long cutOff(RawRun run, int keep) {
        long end = PageHeader.SIZE;
        for (int i = 0; i < keep; i++) {
            end = Math.max(end, dataEnd(run, i));
        }
        PageHeader.setCount(run.segment(), 0, keep);
        return end;
    }

    private static long dataEnd(RawRun run, int index) {
        long element = LeafPage.element(0, index);
        MemorySegment segment = run.segment();
        return run.flags() == PageHeader.BRANCH
                ? BranchPage.keyOffset(segment, element) + run.key(index).length
                : LeafPage.keyOffset(segment, element)
                        + run.key(index).length
                        + run.value(index).length;
    }

    private record Element(int flags, long child, byte[] key, byte[] value) {}

    private static long closeGap(RawRun run, boolean isBranch, int from, int to, int count) {
        List<Element> kept = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (i < from || i >= to) {
                kept.add(
                        isBranch
                                ? new Element(0, run.child(i), run.key(i), new byte[0])
                                : new Element(run.elementFlags(i), 0, run.key(i), run.value(i)));
            }
        }
        long size = LeafPage.element(0, kept.size());
        for (Element each : kept) {
            size += each.key.length + each.value.length;
        }
        if (size > run.sizeBytes()) {
            throw new SurgeryException(
                    "the elements share bytes: "
                            + size
                            + " are needed for a page of "
                            + run.sizeBytes());
        }
        MemorySegment segment = run.segment();
        PageHeader.setCount(segment, 0, kept.size());
        long at = LeafPage.element(0, kept.size());
        for (int i = 0; i < kept.size(); i++) {
            Element each = kept.get(i);
            long element = LeafPage.element(0, i);
            int position = (int) (at - element);
            if (isBranch) {
                BranchPage.writeElement(segment, element, position, each.key.length, each.child);
            } else {
                LeafPage.writeElement(
                        segment, element, each.flags, position, each.key.length, each.value.length);
            }
            at = append(segment, append(segment, at, each.key), each.value);
        }
        return at;
    }

    private static long append(MemorySegment segment, long at, byte[] bytes) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, segment, at, bytes.length);
        return at + bytes.length;
    }

    /** Takes the list of free pages out of both meta pages; the next opening scans the tree. */
    public void abandonFreelist() {
        try (RawPages pages = RawPages.openForWriting(disk, path)) {
            for (long page = 0; page < 2; page++) {
                try (RawRun run = pages.read(page)) {
                    Meta.writeNoFreelist(run.segment(), 0);
                    pages.write(run, run.overflow() + 1);
                }
            }
            pages.sync();
        }
    }

    /**
     * Whether the newer meta page, by its transaction alone, names a list of free pages.
     *
     * @throws dev.plinth.pagestore.DatabaseException.Corrupted if there are no two meta pages
     */
    public boolean hasFreelist() {
        int pageSize;
        try (RawPages pages = RawPages.open(disk, path)) {
            pageSize = pages.pageSize();
        }
        Meta meta0 = MetaPage.read(disk, path, 0, pageSize).fields();
        Meta meta1 = MetaPage.read(disk, path, 1, pageSize).fields();
        return (Long.compareUnsigned(meta0.txid(), meta1.txid()) > 0 ? meta0 : meta1)
                .isFreelistPersisted();
    }
}
