package dev.plinth.pagestore.check;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one bucket: ascending within a page, not below the key by which the parent lists the
 * page, and below the next key of the parent. A branch that was looked at before is left out.
 */
final class KeyOrderCheck {
    private final Pages pages;
    private final MemorySegment map;
    private final CheckReport report;
    private final PageBits unreadable;
    private final PageBits seenBranches;

    KeyOrderCheck(Pages pages, CheckReport report, PageBits unreadable) {
        this.pages = pages;
        this.map = pages.map();
        this.report = report;
        this.unreadable = unreadable;
        this.seenBranches = new PageBits(pages.readableEnd());
    }

    /**
     * Checks a subtree.
     *
     * @return its last key; null if there is none, or none that can be read
     */
    byte @Nullable [] check(long page, byte @Nullable [] minClosed, byte @Nullable [] maxOpen) {
        if (page < 0
                || page >= pages.readableEnd()
                || unreadable.contains(page)
                || report.isWithin(page)
                || report.depth() > Pages.DEPTH_MAX) {
            return null;
        }
        report.enter(page);
        try {
            long offset = page * pages.pageSize();
            int flags = PageHeader.flags(map, offset);
            return switch (flags) {
                case PageHeader.BRANCH ->
                        seenBranches.add(page) ? branch(offset, minClosed, maxOpen) : null;
                case PageHeader.LEAF -> leaf(page, offset, minClosed, maxOpen);
                default -> {
                    report.add(
                            Finding.Kind.WRONG_TYPE,
                            page,
                            String.format(
                                    "unexpected page type (flags: %x) for pgId:%d", flags, page));
                    yield null;
                }
            };
        } finally {
            report.leave();
        }
    }

    private byte @Nullable [] branch(
            long offset, byte @Nullable [] minClosed, byte @Nullable [] maxOpen) {
        byte[] runningMin = minClosed;
        byte[] largest = null;
        int count = PageHeader.count(map, offset);
        for (int i = 0; i < count; i++) {
            long element = BranchPage.element(offset, i);
            byte[] key = key(element);
            long child = BranchPage.child(map, element);
            compare(child, "branch", i, key, runningMin, maxOpen);
            byte[] max = i < count - 1 ? key(BranchPage.element(offset, i + 1)) : maxOpen;
            largest = check(child, key, max);
            runningMin = largest;
        }
        return largest;
    }

    private byte[] key(long branchElement) {
        return Bytes.copy(
                map,
                BranchPage.keyOffset(map, branchElement),
                BranchPage.keySize(map, branchElement));
    }

    private byte @Nullable [] leaf(
            long page, long offset, byte @Nullable [] minClosed, byte @Nullable [] maxOpen) {
        byte[] previous = minClosed;
        byte[] last = null;
        int count = PageHeader.count(map, offset);
        for (int i = 0; i < count; i++) {
            long element = LeafPage.element(offset, i);
            last =
                    Bytes.copy(
                            map, LeafPage.keyOffset(map, element), LeafPage.keySize(map, element));
            compare(page, "leaf", i, last, previous, maxOpen);
            previous = last;
        }
        return last;
    }

    private void compare(
            long page,
            String type,
            int index,
            byte[] key,
            byte @Nullable [] previous,
            byte @Nullable [] maxOpen) {
        int step = previous == null ? -1 : Arrays.compareUnsigned(previous, key);
        if (index == 0 && step > 0) {
            add(
                    page,
                    String.format(
                            "the first key[%d]=(hex)%s on %s page(%d) needs to be >= the key in"
                                    + " the ancestor (%s). Stack: %s",
                            index,
                            report.key(key),
                            type,
                            page,
                            report.key(previous),
                            report.stack()));
        } else if (index > 0 && step >= 0) {
            add(
                    page,
                    String.format(
                            "key[%d]=(hex)%s on %s page(%d) needs to be > (found %s) than previous"
                                    + " element (hex)%s. Stack: %s",
                            index,
                            report.key(key),
                            type,
                            page,
                            step > 0 ? "<" : "=",
                            report.key(previous),
                            report.stack()));
        }
        if (maxOpen != null && Arrays.compareUnsigned(key, maxOpen) >= 0) {
            // The key printed last is the previous one, as the reference has it.
            add(
                    page,
                    String.format(
                            "key[%d]=(hex)%s on %s page(%d) needs to be < than key of the next"
                                    + " element in ancestor (hex)%s. Pages stack: %s",
                            index,
                            report.key(key),
                            type,
                            page,
                            report.key(previous),
                            report.stack()));
        }
    }

    private void add(long page, String text) {
        report.add(Finding.Kind.KEY_ORDER, page, text);
    }
}
