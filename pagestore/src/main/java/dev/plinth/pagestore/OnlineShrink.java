package dev.plinth.pagestore;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.tree.Rearrangement;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Makes a file smaller while it is in use. Each step is an ordinary short write transaction that
 * writes some of the pages at the file's end anew, into free pages near its start, and joins leaves
 * that deletions have left half empty into fewer; the file is cut when its last pages are free and
 * no state needs them. Readers and the writer go on in between.
 *
 * <p>Which pages to move is found in a read transaction, without holding up the writer. Where
 * things have changed until the step comes to them, it leaves them alone.
 *
 * <p>Pages that readers, or the last checkpoint, can still see cannot be given back: with {@link
 * Durability#AT_CHECKPOINT} a checkpoint between steps is needed for progress.
 *
 * <p>Cost of a step: at most {@code pagesMax} pages are moved, with their parents. Used by one
 * thread.
 */
public final class OnlineShrink {
    /** Work that is remembered at a time. */
    private static final int CANDIDATES_MAX = 100_000;

    /** Pages that a step looks at for each one that it may move: not all can be placed. */
    private static final int ATTEMPTS_PER_PAGE = 8;

    /**
     * Free pages that are left in the file for the next commits, beside a tenth of what is used.
     */
    private static final long SLACK_PAGES = 16;

    /** Of a page that holds joined leaves: room for the next changes. */
    private static final double FILL_PERCENT = 0.9;

    private final Database database;
    private final Deque<Candidate> candidates = new ArrayDeque<>();
    private long cut;
    private volatile long syncNanos;

    /**
     * A page to move, or neighbouring leaves to join: the bucket that it belongs to and a key that
     * leads to it.
     *
     * @param leaves 0 for a page to move
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Candidate(List<byte[]> path, byte[] key, int leaves) {}

    /** Nothing happens before the first step. */
    public OnlineShrink(Database database) {
        this.database = database;
    }

    /**
     * What a step did.
     *
     * @param movedPages pages written to another place, alone or joined
     * @param trimmedPages pages that do not belong to the database any more
     * @param cut whether a piece of the file was given back to the file system
     * @param fileBytes size of the file now
     * @param finished nothing is left to be moved; pages may still wait for readers
     */
    public record Step(
            long movedPages, long trimmedPages, boolean cut, long fileBytes, boolean finished) {
        /** Whether the step has brought the file nearer to its end. */
        public boolean hasProgressed() {
            return movedPages > 0 || trimmedPages > 0 || cut;
        }
    }

    /** Moves at most about {@code pagesMax} pages, and cuts what is free at the end of the file. */
    public Step step(int pagesMax) {
        database.shrinking(true);
        if (candidates.isEmpty()) {
            findCandidates();
        }
        boolean finished = candidates.isEmpty();
        long moved = 0;
        long trimmed;
        try (WriteTransaction transaction = database.beginWrite()) {
            trimmed = transaction.trimAndPreferLowest();
            int attempts = pagesMax * ATTEMPTS_PER_PAGE;
            while (moved < pagesMax && attempts-- > 0 && !candidates.isEmpty()) {
                moved += move(transaction, candidates.removeFirst());
            }
            if (moved > 0 || trimmed > 0) {
                transaction.commit();
                // Steps are one thread's alone; others only read the sum.
                long before = syncNanos;
                syncNanos = before + transaction.stats().syncNanos();
            }
        }
        boolean cut = database.truncate();
        boolean isDone = finished && trimmed == 0 && !cut;
        database.shrinking(!isDone);
        return new Step(moved, trimmed, cut, database.pageFile().fileBytes(), isDone);
    }

    /**
     * Time that the syncs of all steps' commits took so far; other commits had to wait for them.
     * May be asked by any thread.
     */
    public long syncNanos() {
        return syncNanos;
    }

    private long move(WriteTransaction transaction, Candidate candidate) {
        Bucket bucket = transaction.root();
        for (byte[] name : candidate.path) {
            bucket = bucket.bucket(name);
            if (bucket == null) {
                return 0;
            }
        }
        Rearrangement rearrangement = new Rearrangement(bucket.tree());
        if (candidate.leaves > 0) {
            bucket.setFillPercent(FILL_PERCENT);
            return rearrangement.join(candidate.key, candidate.leaves, transaction.pageSink());
        }
        return rearrangement.relocate(
                candidate.key, cut, pages -> database.freelist().hasRunBelow(cut, pages));
    }

    // ---------------------------------------------------------------- what to move

    private void findCandidates() {
        try (ReadTransaction transaction = database.beginRead()) {
            Stats stats = database.stats();
            long end = transaction.sizeBytes() / database.pageSize();
            long used = end - stats.freePages() - stats.pendingPages();
            cut = used + used / 10 + SLACK_PAGES;
            new Search(transaction.pages())
                    .tree(List.of(), transaction.state().meta().root(), new byte[0], 0);
        }
    }

    /** A walk over all trees of a state for pages from the cut on and for leaves to join. */
    private final class Search {
        private final Pages pages;
        private final MemorySegment map;
        private final LeafJoins joins;

        Search(Pages pages) {
            this.pages = pages;
            this.map = pages.map();
            this.joins = new LeafJoins(pages, FILL_PERCENT);
        }

        void tree(List<byte[]> path, long page, byte[] key, int depth) {
            if (candidates.size() >= CANDIDATES_MAX) {
                return;
            }
            if (depth > Pages.PATH_MAX) {
                throw pages.corrupted(page, "tree too deep: a cycle of pages");
            }
            long offset = pages.locate(page);
            boolean leaf = PageHeader.isLeaf(map, offset);
            int count = PageHeader.count(map, offset);
            if (page >= cut) {
                candidates.add(new Candidate(path, key, 0));
            }
            if (!leaf) {
                joins.find(offset, (first, leaves) -> join(path, offset, first, leaves));
            }
            for (int i = 0; i < count; i++) {
                if (leaf) {
                    bucket(path, page, LeafPage.element(offset, i), depth);
                } else {
                    long child = BranchPage.child(map, BranchPage.element(offset, i));
                    tree(path, child, childKey(offset, i), depth + 1);
                }
            }
        }

        private void join(List<byte[]> path, long branch, int first, int leaves) {
            candidates.add(new Candidate(path, childKey(branch, first), leaves));
        }

        private byte[] childKey(long branch, int index) {
            long element = BranchPage.element(branch, index);
            return Bytes.copy(
                    map, BranchPage.keyOffset(map, element), BranchPage.keySize(map, element));
        }

        private void bucket(List<byte[]> path, long page, long element, int depth) {
            if (!LeafPage.isBucket(map, element)) {
                return;
            }
            if (LeafPage.valueSize(map, element) < BucketHeader.SIZE) {
                throw pages.corrupted(page, "bucket value is shorter than its header");
            }
            long root = BucketHeader.root(map, LeafPage.valueOffset(map, element));
            if (root != 0) {
                List<byte[]> inner = new ArrayList<>(path);
                inner.add(
                        Bytes.copy(
                                map,
                                LeafPage.keyOffset(map, element),
                                LeafPage.keySize(map, element)));
                tree(inner, root, new byte[0], depth + 1);
            }
        }
    }
}
