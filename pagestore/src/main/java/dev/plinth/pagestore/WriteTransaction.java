package dev.plinth.pagestore;

import dev.plinth.pagestore.file.CommitBuffer;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.FreelistPage;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.freelist.Freelist;
import dev.plinth.pagestore.tree.BucketTree;
import dev.plinth.pagestore.tree.NodeSpace;
import dev.plinth.pagestore.tree.PageSink;
import dev.plinth.pagestore.tree.TreeCounters;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes that become visible together, or not at all. One at a time for each database; used by one
 * thread at a time, which need not be the one that began it.
 *
 * <p>{@link #commit} writes changed pages to places that no visible state uses, and then a meta
 * page that makes them the current state:
 *
 * <ol>
 *   <li>merge what deletions have left too small; write changed pages, children before parents,
 *       into the commit buffer;
 *   <li>the same for the list of free pages, if it is persisted;
 *   <li>grow the file if needed; write the buffer in page order, neighbours together;
 *   <li>sync: all pages of the new state are durable;
 *   <li>write the meta page and wait until it is durable;
 *   <li>publish: from here on new readers see the new state.
 * </ol>
 *
 * Without step 4 the meta page could reach the disk before the pages that it leads to. With {@link
 * Durability#AT_CHECKPOINT} steps 4 and 5 are left to {@link Database#checkpoint}.
 *
 * <p>A failed write or sync in steps 3 to 5 closes the database for writing: what is on the disk is
 * not known any more. Failures before that (file full, damaged page) undo the transaction.
 */
public final class WriteTransaction extends Transaction {
    private enum State {
        OPEN,
        COMMITTED,
        ROLLED_BACK
    }

    private final CommittedState base;
    private final long txid;
    private final TransactionMemory memory;
    private final TreeCounters counters = new TreeCounters();
    private final NodeSpace space;
    private final BucketTree rootTree;
    private final Bucket root;
    private final CommitSink sink = new CommitSink();
    private final List<Runnable> afterCommit = new ArrayList<>();
    private long highWaterMark;
    private volatile State state = State.OPEN;
    private boolean managed;
    private boolean preferLowest;

    /** Where the state ended before free pages were given up; 0 if none were. */
    private long trimmedEnd;

    private long trimmedStart;

    private byte[] scratch = new byte[64];

    WriteTransaction(Database database, CommittedState base, long txid) {
        super(database);
        this.base = base;
        this.txid = txid;
        this.highWaterMark = base.meta().highWaterMark();
        this.space = new NodeSpace(base.pages(), database.arena(), counters);
        this.rootTree =
                BucketTree.at(base.pages(), space, base.meta().root(), base.meta().rootSequence());
        this.memory = new TransactionMemory(base.mapping(), false);
        this.root = new Bucket(this, rootTree);
    }

    @Override
    public long id() {
        return txid;
    }

    @Override
    public long sizeBytes() {
        return highWaterMark * base.meta().pageSize();
    }

    @Override
    public boolean isOpen() {
        return state == State.OPEN;
    }

    @Override
    public Bucket root() {
        requireOpen();
        return root;
    }

    /** Makes a top-level bucket; it must not be there. */
    public Bucket createBucket(byte[] name) {
        return root().createBucket(name);
    }

    /** The top-level bucket of that name, made if it is missing. */
    public Bucket createBucketIfMissing(byte[] name) {
        return root().createBucketIfMissing(name);
    }

    /** Removes a top-level bucket with all that is in it. */
    public void deleteBucket(byte[] name) {
        root().deleteBucket(name);
    }

    /** Runs something after the commit, outside of all locks; not when the commit fails. */
    public void onCommit(Runnable action) {
        requireOpen();
        afterCommit.add(action);
    }

    /** What the transaction has done so far. */
    public TransactionStats stats() {
        return TransactionStats.of(counters);
    }

    @Override
    Pages pages() {
        return base.pages();
    }

    @Override
    TransactionMemory memory() {
        return memory;
    }

    /** A slice of committed bytes, or a copy of bytes that were put in this transaction. */
    MemorySegment slice(MemorySegment segment, long offset, int length) {
        return segment.equals(base.pages().map())
                ? memory.slice(offset, length)
                : MemorySegment.ofArray(Bytes.copy(segment, offset, length)).asReadOnly();
    }

    byte[] scratch(MemorySegment key) {
        long size = key.byteSize();
        if (size > Bucket.KEY_BYTES_MAX) {
            throw new DatabaseException.KeyTooLarge();
        }
        if (scratch.length < size) {
            scratch = new byte[Bucket.KEY_BYTES_MAX];
        }
        MemorySegment.copy(key, ValueLayout.JAVA_BYTE, 0, scratch, 0, (int) size);
        return scratch;
    }

    /**
     * Gives up the free pages at the end of the file, and takes the lowest pages for all that is
     * written by this commit.
     *
     * @return number of pages given up
     */
    long trimAndPreferLowest() {
        preferLowest = true;
        long newEnd = database.freelist().trim(highWaterMark);
        long trimmed = highWaterMark - newEnd;
        highWaterMark = newEnd;
        trimmedStart = newEnd;
        trimmedEnd = newEnd + trimmed;
        return trimmed;
    }

    PageSink pageSink() {
        return sink;
    }

    /** Commit and rollback belong to {@link Database#update} from now on. */
    void manage() {
        managed = true;
    }

    void unmanage() {
        managed = false;
    }

    // ---------------------------------------------------------------- end

    /**
     * Makes the changes visible, and durable as {@link Options#durability} says.
     *
     * @throws DatabaseException.Full if the file would exceed its maximum; nothing has changed then
     * @throws DatabaseException.Failed if a write or a sync failed; the database takes no writes
     *     any more
     */
    public void commit() {
        requireOpen();
        if (managed) {
            throw new IllegalStateException("managed tx commit not allowed");
        }
        Meta meta;
        try {
            meta = preparePages();
        } catch (RuntimeException | Error e) {
            end(State.ROLLED_BACK);
            throw e;
        }
        try {
            long start = database.nanos();
            database.persist(this, meta);
            if (meta.isFreelistPersisted()) {
                database.freelist().listCommitted();
            }
            counters.writeNanos += database.nanos() - start;
        } catch (IOException e) {
            DatabaseException failure = database.fail("commit", e);
            end(State.ROLLED_BACK);
            throw failure;
        } catch (RuntimeException | Error e) {
            database.fail(e);
            end(State.ROLLED_BACK);
            throw e;
        }
        end(State.COMMITTED);
        afterCommit.forEach(Runnable::run);
    }

    /** Steps 1 and 2: all pages of the new state in the commit buffer. */
    private Meta preparePages() {
        long start = database.nanos();
        rootTree.rebalance(sink);
        long rebalanced = database.nanos();
        counters.rebalanceNanos += rebalanced - start;
        if (preferLowest) {
            database.freelist().preferLowest();
        } else {
            long pages = rootTree.estimatePages();
            database.freelist().prepare(pages, database.sparePagesMax(highWaterMark));
        }
        rootTree.spill(sink);
        counters.spillNanos += database.nanos() - rebalanced;
        long freelistPage = prepareFreelist();
        Meta meta =
                new Meta(
                        base.meta().pageSize(),
                        base.meta().flags(),
                        rootTree.rootPage(),
                        rootTree.sequence(),
                        freelistPage,
                        highWaterMark,
                        txid);
        checkMeta(meta);
        return meta;
    }

    private long prepareFreelist() {
        long old = base.meta().freelist();
        if (old != Meta.NO_FREELIST) {
            long offset = base.pages().validateRun(old);
            sink.free(old, base.pages().runLength(offset));
        }
        if (!database.persistsFreelist()) {
            return Meta.NO_FREELIST;
        }
        Freelist freelist = database.freelist();
        int pageSize = base.meta().pageSize();
        long countMax = freelist.freeCount() + freelist.pendingCount();
        long pages = freelist.listPages(FreelistPage.pagesFor(countMax, pageSize));
        long first = sink.allocateForList(pages);
        freelist.writeList(first, pages, pageSize, sink::listPiece);
        return first;
    }

    private static void checkMeta(Meta meta) {
        if (meta.root() >= meta.highWaterMark()) {
            throw new IllegalStateException(
                    "root bucket pgid ("
                            + meta.root()
                            + ") above high water mark ("
                            + meta.highWaterMark()
                            + ")");
        }
        if (meta.isFreelistPersisted() && meta.freelist() >= meta.highWaterMark()) {
            throw new IllegalStateException(
                    "freelist pgid ("
                            + meta.freelist()
                            + ") above high water mark ("
                            + meta.highWaterMark()
                            + ")");
        }
    }

    TreeCounters counters() {
        return counters;
    }

    /** Ends the transaction without effect. Ending it twice does nothing. */
    public void rollback() {
        if (managed) {
            throw new IllegalStateException("managed tx rollback not allowed");
        }
        if (isOpen()) {
            end(State.ROLLED_BACK);
        }
    }

    /** Rolls back unless committed. */
    @Override
    public void close() {
        rollback();
    }

    private void end(State outcome) {
        state = outcome;
        if (outcome == State.ROLLED_BACK) {
            sink.giveBack();
        }
        memory.close();
        database.endWrite(counters);
    }

    /** Where the pages of the commit come from and go to. */
    private final class CommitSink implements PageSink {
        private final CommitBuffer buffer = database.commitBuffer();
        private long listFirst;
        private long listPages;

        @Override
        public long allocate(long pages) {
            Freelist freelist = database.freelist();
            long first = freelist.allocate(txid, pages);
            boolean isFull = first == 0 && !database.pageFile().hasRoomFor(highWaterMark + pages);
            if (isFull && freelist.stopGrowing()) {
                first = freelist.allocate(txid, pages);
            }
            return allocated(first, pages);
        }

        long allocateForList(long pages) {
            buffer.treeEnds();
            listFirst = taken(database.freelist().allocateForList(txid, pages), pages);
            listPages = pages;
            database.freelist().setAsideForList(listFirst, pages);
            return listFirst;
        }

        MemorySegment listPiece(long page, long pages) {
            buffer.add(page, pages);
            return buffer.segment().asSlice(buffer.offset(), pages * base.meta().pageSize());
        }

        private long allocated(long free, long pages) {
            long first = taken(free, pages);
            buffer.add(first, pages);
            return first;
        }

        private long taken(long free, long pages) {
            long first = free;
            if (first == 0) {
                database.pageFile().reserve(highWaterMark + pages);
                first = highWaterMark;
                highWaterMark += pages;
                database.freelist().recordGrowth(txid, first);
            }
            counters.pageCount += pages;
            counters.pageBytes += pages * base.meta().pageSize();
            return first;
        }

        @Override
        public MemorySegment buffer() {
            return buffer.segment();
        }

        @Override
        public long bufferOffset() {
            return buffer.offset();
        }

        @Override
        public void free(long page, long pages) {
            if (page < 2 || page + pages > base.meta().highWaterMark()) {
                throw base.pages().corrupted(page, "run reaches out of the pages of the tree");
            }
            for (long each = page; each < page + pages; each++) {
                if (database.freelist().contains(each)) {
                    // The list names pages of the tree as free, or two places lead to this one.
                    throw base.pages().corrupted(each, "page " + each + " already freed");
                }
            }
            database.freelist().free(txid, page, pages);
        }

        private long firstTrimmed() {
            return trimmedEnd == 0 ? 0 : trimmedStart;
        }

        /** Undoes allocations and frees. */
        void giveBack() {
            database.freelist().rollback(txid);
            for (int run = 0; run < buffer.treeRunCount(); run++) {
                giveBack(buffer.page(run), buffer.runLength(run));
            }
            if (listPages > 0) {
                giveBack(listFirst, listPages);
            }
            if (trimmedEnd > firstTrimmed()) {
                database.freelist().giveBack(firstTrimmed(), trimmedEnd - firstTrimmed());
            }
        }

        private void giveBack(long first, long pages) {
            long end = trimmedEnd == 0 ? base.meta().highWaterMark() : firstTrimmed();
            if (first < end) {
                database.freelist().giveBack(first, pages);
            }
        }
    }
}
