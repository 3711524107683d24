package dev.plinth.pagestore.surgery;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes elements out of a branch or leaf page. What is left in front stays where it is; when
 * elements behind the gap stay too, the page is packed anew, and bytes behind its new end are left.
 */
final class ElementRemoval {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Element(long flagsOrChild, byte[] data, int keySize) {}

    private ElementRemoval() {}

    /**
     * Changes the run in memory.
     *
     * @return the number of overflow pages that it has now
     */
    static long remove(MemorySegment run, int from, int to, int pageSize) {
        int count = PageHeader.count(run, 0);
        List<Element> kept = new ArrayList<>();
        long end = PageHeader.SIZE;
        boolean tail = to == Surgery.TO_END || to == count;
        for (int i = 0; i < count; i++) {
            if (i < from || (!tail && i >= to)) {
                Element element = read(run, i);
                kept.add(element);
                end = Math.max(end, offset(run, i) + element.data.length);
            }
        }
        if (!tail) {
            end = pack(run, kept);
        }
        PageHeader.setCount(run, 0, kept.size());
        long overflow = (end - 1) / pageSize;
        PageHeader.setOverflow(run, 0, overflow);
        return overflow;
    }

    private static boolean isLeaf(MemorySegment run) {
        return PageHeader.isLeaf(run, 0);
    }

    private static long offset(MemorySegment run, int index) {
        long element = LeafPage.element(0, index);
        return isLeaf(run) ? LeafPage.keyOffset(run, element) : BranchPage.keyOffset(run, element);
    }

    private static Element read(MemorySegment run, int index) {
        long element = LeafPage.element(0, index);
        if (element + LeafPage.ELEMENT_SIZE > run.byteSize()) {
            throw outside(run, index);
        }
        boolean leaf = isLeaf(run);
        long keySize = leaf ? LeafPage.keySize(run, element) : BranchPage.keySize(run, element);
        long valueSize = leaf ? LeafPage.valueSize(run, element) : 0;
        long offset = offset(run, index);
        if (keySize < 0 || valueSize < 0 || offset + keySize + valueSize > run.byteSize()) {
            throw outside(run, index);
        }
        return new Element(
                leaf ? LeafPage.flags(run, element) : BranchPage.child(run, element),
                Bytes.copy(run, offset, (int) (keySize + valueSize)),
                (int) keySize);
    }

    private static DatabaseException.Corrupted outside(MemorySegment run, int index) {
        return new DatabaseException.Corrupted(
                Path.of(""),
                PageHeader.id(run, 0),
                "element " + index + " reaches outside of the page");
    }

    private static long pack(MemorySegment run, List<Element> elements) {
        boolean leaf = isLeaf(run);
        long data = PageHeader.SIZE + (long) elements.size() * LeafPage.ELEMENT_SIZE;
        for (int i = 0; i < elements.size(); i++) {
            Element element = elements.get(i);
            long at = LeafPage.element(0, i);
            int position = (int) (data - at);
            if (leaf) {
                LeafPage.writeElement(
                        run,
                        at,
                        (int) element.flagsOrChild,
                        position,
                        element.keySize,
                        element.data.length - element.keySize);
            } else {
                BranchPage.writeElement(run, at, position, element.keySize, element.flagsOrChild);
            }
            MemorySegment.copy(
                    MemorySegment.ofArray(element.data), 0, run, data, element.data.length);
            data += element.data.length;
        }
        return data;
    }
}
