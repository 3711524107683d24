package dev.plinth.pagestore;

import static java.util.stream.Collectors.joining;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.check.ConsistencyChecker;
import dev.plinth.pagestore.check.Finding;
import dev.plinth.pagestore.file.CommitBuffer;
import dev.plinth.pagestore.file.PageFile;
import dev.plinth.pagestore.format.FreelistPage;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.freelist.ArrayFreelist;
import dev.plinth.pagestore.freelist.BitmapFreelist;
import dev.plinth.pagestore.freelist.FreePages;
import dev.plinth.pagestore.freelist.Freelist;
import dev.plinth.pagestore.tree.ByteArena;
import dev.plinth.pagestore.tree.TreeCounters;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An open database. Any thread.
 *
 * <h2>Reading and writing</h2>
 *
 * Readers begin and end without a lock ({@link ReaderRegistry}) and read the mapped file. The
 * writer puts new pages where no visible state has any, and then publishes the new state as one
 * immutable object. So neither ever waits for the other, growth of the file included ({@link
 * PageFile}).
 *
 * <h2>Commits that become durable at a checkpoint</h2>
 *
 * With {@link Durability#AT_CHECKPOINT} a commit writes its pages to the file, without a sync, and
 * publishes them. A reader that sees the new state reads those pages through the mapping: on Linux
 * a positioned write and a shared mapping of the same file are the same pages of memory, and the
 * write has returned before the state was published through a volatile field. The kernel may write
 * them to the disk at any time, which does no harm, because nothing on the disk leads to them yet.
 *
 * <p>{@link #checkpoint} makes a published state T durable: one sync, after which all pages of T
 * are on the disk (all were written before T was published), then T's meta page and one more sync.
 * The writer goes on meanwhile. Two things must hold:
 *
 * <ul>
 *   <li><b>No page of the last durable state D, nor of T while its checkpoint runs, is
 *       overwritten.</b> Both are read transactions like any other: the release of free pages
 *       spares what they can see. Pages that were allocated and freed after D without ever being
 *       part of D are released at once, so the file does not grow between checkpoints by more than
 *       its changes.
 *   <li><b>T's meta page must not overwrite D's,</b> or a torn write leaves none. A meta goes to
 *       page (id mod 2), so the ids must differ in parity. In this mode write transactions take
 *       every second id, and the checkpoint writes T under T or T + 1, whichever is right. Other
 *       programs that open the file find what they expect.
 * </ul>
 *
 * A crash at any moment finds D or T by the rule that any opener follows: the valid meta page with
 * the larger id. The list of free pages is not persisted in this mode; it would be out of date as
 * soon as it is written.
 *
 * <h2>Failure</h2>
 *
 * After a failed write or sync nothing is known about the disk, and a second sync that reports
 * success proves nothing. The database then refuses all further writes with {@link
 * DatabaseException.Failed}; reading goes on.
 */
public final class Database implements AutoCloseable {
    /** No file has seen that many transactions; beyond it arithmetic on ids would overflow. */
    private static final long TXID_MAX = Long.MAX_VALUE / 2;

    private final Options options;
    private final PageFile pageFile;
    private final ReaderRegistry readers = new ReaderRegistry();

    /** Fair: who shrinks the file in a loop must not keep others from writing. */
    private final Semaphore writer = new Semaphore(1, true);

    private final ReentrantLock checkpointing = new ReentrantLock();
    private final LongAdder startedReads = new LongAdder();
    private final ByteArena arena = new ByteArena();
    private final CommitBuffer commitBuffer;
    private final Arena metaArena = Arena.ofShared();
    private final MemorySegment metaPage;
    private final MemorySegment checkpointMetaPage;
    private final TreeCounters totals = new TreeCounters();

    private volatile CommittedState state;
    private volatile boolean open = true;
    private volatile boolean shrinking;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Freelist freelist;
    private volatile FreeCounts freeCounts = new FreeCounts(0, 0);

    /** The durable state and the reader's slot that protects it; with checkpoints only. */
    private volatile @Nullable DurableState durable;

    private record FreeCounts(long free, long pending) {}

    private static final class DurableState {
        final CommittedState state;
        final long metaTxid;
        final int slot;

        DurableState(CommittedState state, long metaTxid, int slot) {
            this.state = state;
            this.metaTxid = metaTxid;
            this.slot = slot;
        }
    }

    private Database(PageFile pageFile, Meta meta, Options options) {
        this.options = options;
        this.pageFile = pageFile;
        this.commitBuffer = new CommitBuffer(pageFile.pageSize());
        this.metaPage = metaArena.allocate(pageFile.pageSize(), 4096);
        this.checkpointMetaPage = metaArena.allocate(pageFile.pageSize(), 4096);
        if (!options.readOnly()) {
            pageFile.checked().ensureCapacity(meta.highWaterMark());
        } else {
            pageFile.checked().ensureCapacity(pageFile.fileBytes() / pageFile.pageSize());
        }
        this.state = committed(meta);
    }

    /** What the checksum does not promise: a page may have been written by another program. */
    private static void checkMeta(PageFile pageFile, Meta meta, Options options) {
        String finding = null;
        if (meta.pageSize() != pageFile.pageSize()) {
            finding =
                    "page size "
                            + Integer.toUnsignedString(meta.pageSize())
                            + " in a file of pages of "
                            + pageFile.pageSize();
        } else if (meta.txid() < 0 || meta.txid() > TXID_MAX) {
            finding = "transaction id " + Long.toUnsignedString(meta.txid());
        } else if (!options.readOnly()
                && Long.compareUnsigned(
                                meta.highWaterMark(), pageFile.fileBytes() / pageFile.pageSize())
                        > 0) {
            finding = "page beyond the end of the file";
        }
        if (finding != null) {
            throw new DatabaseException.Corrupted(pageFile.path(), meta.pageId(), finding);
        }
    }

    /**
     * Opens a database, or makes it if it is missing and to be written. Waits for the file's lock
     * as the options say.
     *
     * @throws DatabaseException.Invalid and its siblings if the file is not a page file
     */
    public static Database open(Disk disk, Path path, Options options) {
        PageFile pageFile = PageFile.open(disk, path, options);
        Meta meta;
        try {
            meta = pageFile.readMetas().active(path);
            checkMeta(pageFile, meta, options);
        } catch (IOException e) {
            pageFile.close();
            throw new DatabaseException.Failed(path, "open", e);
        } catch (RuntimeException | Error e) {
            pageFile.close();
            throw e;
        }
        Database database = new Database(pageFile, meta, options);
        try {
            database.prepare();
            return database;
        } catch (RuntimeException | Error e) {
            database.abandon();
            throw e;
        }
    }

    private void prepare() {
        if (!options.readOnly() || options.preloadFreelist()) {
            loadFreelist();
        }
        if (options.readOnly()) {
            return;
        }
        if (options.durability() == Durability.AT_CHECKPOINT) {
            int slot = readers.claim(state.txid());
            durable = new DurableState(state, state.txid(), slot);
        } else if (persistsFreelist() && !state.meta().isFreelistPersisted()) {
            // An empty commit writes the list that the scan has found.
            try (WriteTransaction transaction = beginWrite()) {
                transaction.commit();
            }
        }
    }

    private void loadFreelist() {
        Freelist loaded =
                options.freelist() == FreelistKind.ARRAY
                        ? new ArrayFreelist()
                        : new BitmapFreelist();
        loaded.load(
                options.readOnly()
                        ? FreePages.plausible(state.meta(), state.pages())
                        : FreePages.of(state.meta(), state.pages()));
        freelist = loaded;
        freeCounts = new FreeCounts(loaded.freeCount(), 0);
    }

    private CommittedState committed(Meta meta) {
        return new CommittedState(meta, pageFile.pages(meta.highWaterMark()), pageFile.mapping());
    }

    // ---------------------------------------------------------------- transactions

    /** Begins to read the current state. Never waits. */
    public ReadTransaction beginRead() {
        return beginRead(false);
    }

    private ReadTransaction beginRead(boolean confined) {
        CommittedState current = state;
        int slot = readers.claim(current.txid());
        while (current != state) {
            current = state;
            readers.set(slot, current.txid());
        }
        return started(current, slot, confined);
    }

    private ReadTransaction started(CommittedState current, int slot, boolean confined) {
        if (!open) {
            readers.release(slot);
            throw new DatabaseException.NotOpen();
        }
        startedReads.increment();
        return new ReadTransaction(this, current, slot, confined);
    }

    /**
     * Begins to read the state that a crash at this moment would leave. The current state unless
     * commits become durable at checkpoints.
     */
    public ReadTransaction beginDurableRead() {
        DurableState current = durable;
        if (current == null) {
            return beginRead();
        }
        int slot = readers.claim(current.state.txid());
        while (current != durable) {
            current = Objects.requireNonNull(durable);
            readers.set(slot, current.state.txid());
        }
        return started(current.state, slot, false);
    }

    void endRead(int slot) {
        readers.release(slot);
    }

    /** Begins to write; waits for the write transaction that is open, if any. */
    public WriteTransaction beginWrite() {
        if (options.readOnly()) {
            throw new DatabaseException.ReadOnly();
        }
        writer.acquireUninterruptibly();
        try {
            if (!open) {
                throw new DatabaseException.NotOpen();
            }
            requireSound();
            freelist().releasePending(readers.snapshots());
            CommittedState base = state;
            int step = options.durability() == Durability.AT_CHECKPOINT ? 2 : 1;
            return new WriteTransaction(this, base, base.txid() + step);
        } catch (RuntimeException | Error e) {
            writer.release();
            throw e;
        }
    }

    /** Reads within a function, in the calling thread. */
    public <T extends @Nullable Object> T view(Function<ReadTransaction, T> reading) {
        try (ReadTransaction transaction = beginRead(true)) {
            return reading.apply(transaction);
        }
    }

    /** Writes within a function, and commits when it returns; rolls back when it throws. */
    public void update(Consumer<WriteTransaction> change) {
        try (WriteTransaction transaction = beginWrite()) {
            transaction.manage();
            try {
                change.accept(transaction);
            } finally {
                transaction.unmanage();
            }
            transaction.commit();
        }
    }

    // ---------------------------------------------------------------- commit

    /** Steps 3 to 6 of {@link WriteTransaction#commit}. */
    void persist(WriteTransaction transaction, Meta meta) throws IOException {
        TreeCounters counters = transaction.counters();
        if (meta.highWaterMark() > state.meta().highWaterMark()) {
            pageFile.growTo(meta.highWaterMark());
        }
        counters.writes += pageFile.write(commitBuffer);
        pageFile.writeAhead(state.meta().highWaterMark(), meta.highWaterMark());
        boolean durableNow = options.durability() == Durability.EVERY_COMMIT;
        if (durableNow) {
            long start = nanos();
            pageFile.sync();
            counters.syncNanos += nanos() - start;
        }
        CommittedState next = committed(meta);
        if (options.strict()) {
            requireConsistent(next);
        }
        if (options.durability() != Durability.AT_CHECKPOINT) {
            metaPage.fill((byte) 0);
            long start = nanos();
            pageFile.writeMeta(meta, metaPage, durableNow);
            counters.syncNanos += durableNow ? nanos() - start : 0;
            counters.writes++;
        }
        state = next;
    }

    private void requireConsistent(CommittedState next) {
        List<Finding> findings = new ArrayList<>();
        check(next, freelist().freeAndPendingPages(), CheckOptions.wholeFile(), findings::add);
        if (!findings.isEmpty()) {
            throw new DatabaseException.Inconsistent(
                    path(), findings.stream().map(Finding::text).collect(joining("\n")));
        }
    }

    private static void check(
            CommittedState checked,
            long[] freePages,
            CheckOptions checkOptions,
            Consumer<Finding> findings) {
        new ConsistencyChecker(checked.pages(), checked.meta(), freePages, checkOptions, findings)
                .run();
    }

    /** The check of a read transaction's state. */
    static void check(
            CommittedState checked, CheckOptions checkOptions, Consumer<Finding> findings) {
        long[] freePages;
        try {
            freePages = FreePages.forCheck(checked.meta(), checked.pages());
        } catch (DatabaseException.Corrupted e) {
            findings.accept(new Finding(Finding.Kind.UNREADABLE, e.page(), "panic: " + e.reason()));
            freePages = new long[0];
        }
        check(checked, freePages, checkOptions, findings);
    }

    void endWrite(TreeCounters counters) {
        Freelist list = freelist();
        freeCounts = new FreeCounts(list.freeCount(), list.pendingCount());
        arena.reset();
        commitBuffer.reset();
        synchronized (totals) {
            totals.add(counters);
        }
        writer.release();
    }

    /**
     * Makes the current state durable, while reading and writing go on. Without effect unless
     * commits become durable at checkpoints.
     *
     * @return the state that is durable now
     */
    public Checkpoint checkpoint() {
        if (durable == null) {
            CommittedState current = state;
            return new Checkpoint(current.txid(), current.txid(), false, 0);
        }
        checkpointing.lock();
        try {
            requireSound();
            return checkpointExclusively();
        } catch (IOException e) {
            throw fail("checkpoint", e);
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            checkpointing.unlock();
        }
    }

    private Checkpoint checkpointExclusively() throws IOException {
        DurableState last = Objects.requireNonNull(durable);
        ReadTransaction captured = beginRead();
        CommittedState target = captured.state();
        if (target.txid() == last.state.txid()) {
            captured.close();
            return new Checkpoint(target.txid(), last.metaTxid, false, 0);
        }
        boolean done = false;
        try {
            long start = nanos();
            pageFile.syncGently();
            long metaTxid =
                    (target.txid() & 1) == (last.metaTxid & 1) ? target.txid() + 1 : target.txid();
            checkpointMetaPage.fill((byte) 0);
            pageFile.writeMeta(target.meta().withTxid(metaTxid), checkpointMetaPage, true);
            long syncNanos = nanos() - start;
            // The reader's slot of the capture goes on to protect the state, now the durable one.
            durable = new DurableState(target, metaTxid, captured.slot());
            readers.release(last.slot);
            done = true;
            return new Checkpoint(target.txid(), metaTxid, true, syncNanos);
        } finally {
            if (!done) {
                captured.close();
            }
        }
    }

    /** Cuts some of the free space off the end of the file; false if there was nothing to cut. */
    boolean truncate() {
        boolean cut;
        writer.acquireUninterruptibly();
        try {
            requireSound();
            cut = pageFile.shrinkTo(state.meta().highWaterMark());
        } catch (IOException e) {
            throw fail("truncate", e);
        } finally {
            writer.release();
        }
        if (cut) {
            sync();
        }
        return cut;
    }

    /** Waits until all that was written is on stable storage: for {@link Durability#NEVER}. */
    public void sync() {
        requireSound();
        try {
            pageFile.sync();
        } catch (IOException e) {
            throw fail("sync", e);
        }
    }

    DatabaseException fail(String action, IOException cause) {
        failure = cause;
        return new DatabaseException.Failed(pageFile.path(), action, cause);
    }

    /** What is on the disk is not known: no further writes. */
    void fail(Throwable cause) {
        failure = cause;
    }

    private void requireSound() {
        Throwable cause = failure;
        if (cause != null) {
            throw new DatabaseException.Failed(
                    pageFile.path(), "no writes after an earlier failure", cause);
        }
    }

    // ---------------------------------------------------------------- facts

    public Options options() {
        return options;
    }

    public Path path() {
        return pageFile.path();
    }

    public int pageSize() {
        return pageFile.pageSize();
    }

    /** Sizes, free pages, readers and the work done so far. */
    public Stats stats() {
        CommittedState current = state;
        FreeCounts counts = freeCounts;
        long[] snapshots = readers.snapshots();
        TransactionStats writes;
        synchronized (totals) {
            writes = TransactionStats.of(totals);
        }
        return new Stats(
                pageSize(),
                current.meta().highWaterMark() * pageSize(),
                counts.free,
                counts.pending,
                FreelistPage.sizeOf(counts.free + counts.pending),
                snapshots.length - (durable == null ? 0 : 1),
                snapshots.length == 0 ? current.txid() : snapshots[0],
                startedReads.sum(),
                writes);
    }

    boolean persistsFreelist() {
        return options.persistFreelist() && options.durability() != Durability.AT_CHECKPOINT;
    }

    Freelist freelist() {
        Freelist list = freelist;
        if (list == null) {
            throw new DatabaseException.FreePagesNotLoaded();
        }
        return list;
    }

    /**
     * How many pages may stay free while a commit that finds no room for all of itself grows the
     * file. Only where commits wait for the device is it worth the space.
     */
    long sparePagesMax(long highWaterMark) {
        if (options.durability() != Durability.EVERY_COMMIT || shrinking) {
            return -1;
        }
        long used = highWaterMark - freelist().freeCount() - freelist().pendingCount();
        return used * options.sparePercent() / 100;
    }

    /** While a file is being shrunk, nothing makes it longer that need not. */
    void shrinking(boolean value) {
        shrinking = value;
    }

    ByteArena arena() {
        return arena;
    }

    CommitBuffer commitBuffer() {
        return commitBuffer;
    }

    PageFile pageFile() {
        return pageFile;
    }

    long nanos() {
        return options.lockWait().clock().monotonicNanos();
    }

    /** Gives memory and descriptors back without a write: for tests of what a crash leaves. */
    void abandon() {
        open = false;
        arena.close();
        commitBuffer.close();
        metaArena.close();
        pageFile.close();
    }

    /**
     * Waits for the write transaction and for all read transactions, makes the last state durable
     * unless an earlier write failed, and closes the file. Closing twice does nothing.
     */
    @Override
    public void close() {
        writer.acquireUninterruptibly();
        try {
            if (!open) {
                return;
            }
            DurableState last = durable;
            if (last != null && failure == null) {
                checkpoint();
                last = Objects.requireNonNull(durable);
            }
            open = false;
            if (last != null) {
                durable = null;
                readers.release(last.slot);
            }
            readers.awaitNone();
            arena.close();
            commitBuffer.close();
            metaArena.close();
            pageFile.close();
        } finally {
            writer.release();
        }
    }
}
