package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.mvcc.buffer.RevisionBuffer;
import dev.plinth.mvcc.buffer.RevisionSegment;
import dev.plinth.mvcc.codec.Bytes;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.reclaim.Epochs;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.PageScrub;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.pagestore.WriteTransaction;
import dev.plinth.walio.io.Disk;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * etcd's database file behind a write buffer.
 *
 * <p>Changes of the apply thread are visible at once, go to the page store in batches (a
 * <em>flush</em>) and become durable at a <em>checkpoint</em>; both happen on the committer's
 * thread. The write-ahead log alone makes entries durable before they are acknowledged, so it must
 * keep everything above {@link #durableConsistentIndex}.
 *
 * <p><b>One promise above all:</b> the effects of a raft entry and the consistent index that says
 * so are in the same page-store transaction. Everything that an entry changes is therefore changed
 * between {@link #beginEntry} and {@link #endEntry}, under the apply lock; a flush takes what is
 * there when it gets that lock, so it takes whole entries only.
 *
 * <p><b>Reading while a flush moves data.</b> A reader loads, in this order: the published
 * revision, the segments of the write buffer, the generation. What has left the buffer before it
 * looked was in the page store before that, and the generation that it loads afterwards has it. The
 * flush publishes the generation first and drops the segments afterwards. Old generations are
 * closed when {@link Epochs} says that nobody reads them.
 */
public final class Backend implements AutoCloseable {

    private static final double FILL_PERCENT = 0.9;

    /**
     * Buffered bytes, in multiples of the flush limit, at which the apply thread flushes itself.
     */
    private static final int BACKLOG_LIMIT = 8;

    private final BackendOptions options;
    private final Epochs epochs = new Epochs();
    private final RevisionBuffer revisions = new RevisionBuffer();
    private final ReentrantLock applyLock = new ReentrantLock();
    private final ReentrantLock flushLock = new ReentrantLock();

    /** Taken before the flush lock. */
    private final ReentrantLock checkpointLock = new ReentrantLock();

    private final SmallBuckets buckets;
    private final Committer committer;

    private final Database database;
    private final OnlineDefragmentation defragmentation;
    private final Generations generations;
    private volatile long consistentIndex;
    private volatile long consistentTerm;
    private volatile long durableConsistentIndex;
    private volatile LongConsumer checkpointListener = index -> {};

    // Guarded by the apply lock; the volatile one is also read without it.
    private boolean inEntry;
    private long applyingIndex;
    private long applyingTerm;
    private boolean indexMoved;

    // Guarded by the flush lock.
    private long flushedIndex;

    /** Operations and bytes since the last flush began; hints for the committer. */
    private final AtomicInteger pendingOperations = new AtomicInteger();

    private Backend(Database database, BackendOptions options, Generation generation) {
        this.database = database;
        this.defragmentation = new OnlineDefragmentation(this, database);
        this.options = options;
        this.generations = new Generations(epochs, generation);
        this.buckets = new SmallBuckets(epochs, generations);
        this.consistentIndex = metaLong(MetaKeys.consistentIndex());
        this.consistentTerm = metaLong(MetaKeys.term());
        this.durableConsistentIndex = consistentIndex;
        this.flushedIndex = consistentIndex;
        this.committer = new Committer(this, options);
    }

    /**
     * How the page store is to be opened for a backend: etcd's settings, durable at checkpoints.
     */
    public static Options databaseOptions() {
        return Options.etcd().withDurability(Durability.AT_CHECKPOINT);
    }

    /**
     * Takes over a database, opened with {@link #databaseOptions}; makes the buckets that are
     * missing. {@link #close} closes it.
     *
     * @throws StoreCorruptedException the content is not etcd's
     */
    public static Backend open(Database database, BackendOptions options) {
        try (ReadTransaction read = database.beginRead()) {
            boolean complete =
                    Arrays.stream(SchemaBucket.values())
                            .allMatch(bucket -> read.bucket(bucket.nameBytes()) != null);
            if (!complete) {
                createBuckets(database);
            }
        }
        Generation generation = new Generation(database.beginRead());
        try {
            return new Backend(database, options, generation);
        } catch (RuntimeException e) {
            generation.close();
            throw e;
        }
    }

    private static void createBuckets(Database database) {
        try (WriteTransaction write = database.beginWrite()) {
            for (SchemaBucket bucket : SchemaBucket.values()) {
                write.createBucketIfMissing(bucket.nameBytes());
            }
            write.commit();
        }
    }

    private long metaLong(byte[] key) {
        byte[] value = get(SchemaBucket.META, key);
        if (value == null) {
            return 0;
        }
        if (value.length != 8) {
            throw new StoreCorruptedException(
                    "bucket meta, %s: expected 8 bytes, found %d"
                            .formatted(
                                    new String(key, java.nio.charset.StandardCharsets.US_ASCII),
                                    value.length));
        }
        return Bytes.getLong(value, 0);
    }

    // --- the apply thread ---

    /**
     * Starts the application of a raft entry. Changes until {@link #endEntry} belong to it.
     *
     * @param index must be greater than the last one
     */
    public void beginEntry(long index, long term) {
        if (revisions.bufferedBytes() > BACKLOG_LIMIT * options.flushBytes()) {
            flush();
        }
        applyLock.lock();
        if (inEntry || index <= consistentIndex) {
            applyLock.unlock();
            throw new IllegalStateException(
                    "entry %d begins after entry %d%s"
                            .formatted(index, consistentIndex, inEntry ? ", within another" : ""));
        }
        inEntry = true;
        applyingIndex = index;
        applyingTerm = term;
    }

    /** Ends the entry: the consistent index is now its index, changed or not. */
    public void endEntry() {
        requireApplyLock();
        consistentIndex = applyingIndex;
        if (applyingTerm > 0) {
            consistentTerm = applyingTerm;
        }
        indexMoved = true;
        pendingOperations.incrementAndGet();
        inEntry = false;
        applyLock.unlock();
    }

    /** Starts changes that belong to no entry and do not move the consistent index. Nests. */
    public void beginMaintenance() {
        applyLock.lock();
    }

    /** Ends what {@link #beginMaintenance} began. */
    public void endMaintenance() {
        applyLock.unlock();
    }

    /** The value of a key, or null. Sees unflushed changes. Not for bucket {@code key}. */
    public byte @Nullable [] get(SchemaBucket bucket, byte[] key) {
        applyLock.lock();
        try {
            return buckets.get(bucket, key);
        } finally {
            applyLock.unlock();
        }
    }

    /** Within an entry or maintenance. Not for bucket {@code key}. Both arrays are taken over. */
    public void put(SchemaBucket bucket, byte[] key, byte[] value) {
        requireApplyLock();
        buckets.put(bucket, key, value);
        pendingOperations.incrementAndGet();
    }

    /** Within an entry or maintenance. Not for bucket {@code key}. */
    public void delete(SchemaBucket bucket, byte[] key) {
        requireApplyLock();
        buckets.delete(bucket, key);
        pendingOperations.incrementAndGet();
    }

    /** All entries in key order, unflushed changes included. Not for bucket {@code key}. */
    public void forEach(SchemaBucket bucket, BiConsumer<byte[], byte[]> action) {
        applyLock.lock();
        try {
            buckets.content(bucket).forEach(action);
        } finally {
            applyLock.unlock();
        }
    }

    /** Index of the last entry applied (in memory); 0 for none. Any thread. */
    public long consistentIndex() {
        return consistentIndex;
    }

    /** Term of {@link #consistentIndex}; 0 when the file does not say. Any thread. */
    public long consistentTerm() {
        return consistentTerm;
    }

    private void requireNotInEntry() {
        if (applyLock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a flush within an entry");
        }
    }

    private void requireApplyLock() {
        if (!applyLock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a change outside of an entry");
        }
    }

    // --- for the store ---

    /** The write buffer of bucket {@code key}; for the store. */
    public RevisionBuffer revisions() {
        return revisions;
    }

    /** Readers of this backend and of the index over it; for the store. */
    public Epochs epochs() {
        return epochs;
    }

    /** The newest generation; to be loaded after the write buffer's segments, while pinned. */
    public Generation generation() {
        return generations.newest();
    }

    /** A revision was appended to the buffer. */
    public void revisionAppended() {
        pendingOperations.incrementAndGet();
    }

    // --- the committer's thread ---

    /** The agent that flushes and makes checkpoints. */
    public Committer committer() {
        return committer;
    }

    /**
     * Flushes in the calling thread: all whole entries are in the page store then, not durable.
     *
     * <p>Not within an entry or maintenance: who holds the apply lock must not wait for a flush.
     *
     * @return operations flushed
     */
    public int flush() {
        requireNotInEntry();
        flushLock.lock();
        try {
            return flushLocked();
        } finally {
            flushLock.unlock();
        }
    }

    /** What one flush takes. */
    private record Batch(
            RevisionSegment[] segments, Overlay changes, long index, long term, int operations) {}

    /** Takes all whole entries; null when there is nothing. */
    private @Nullable Batch seal() {
        applyLock.lock();
        try {
            RevisionSegment[] segments = revisions.seal();
            if (segments.length == 0 && !buckets.isChanged() && !indexMoved) {
                return null;
            }
            Batch batch =
                    new Batch(
                            segments,
                            buckets.seal(),
                            consistentIndex,
                            consistentTerm,
                            pendingOperations.getAndSet(0));
            indexMoved = false;
            return batch;
        } finally {
            applyLock.unlock();
        }
    }

    private int flushLocked() {
        Batch batch = seal();
        if (batch == null) {
            return 0;
        }
        try (WriteTransaction write = database.beginWrite()) {
            appendRevisions(bucket(write, SchemaBucket.KEY), batch.segments());
            SmallBuckets.write(write, batch.changes());
            if (batch.index() > 0) {
                Bucket meta = bucket(write, SchemaBucket.META);
                meta.put(MetaKeys.consistentIndex(), Bytes.ofLong(batch.index()));
                if (batch.term() > 0) {
                    meta.put(MetaKeys.term(), Bytes.ofLong(batch.term()));
                }
            }
            write.commit();
        }
        flushedIndex = batch.index();
        generations.publish(database);
        buckets.flushed();
        revisions.drop(batch.segments().length);
        return Math.max(batch.operations(), 1);
    }

    private static void appendRevisions(Bucket bucket, RevisionSegment[] segments) {
        bucket.setFillPercent(FILL_PERCENT);
        for (RevisionSegment segment : segments) {
            int entries = segment.entriesUpTo(Long.MAX_VALUE - 1);
            for (int entry = 0; entry < entries; entry++) {
                long main = segment.main(entry);
                boolean tombstone = segment.isTombstone(entry);
                bucket.put(
                        RevisionKey.encode(main, segment.sub(entry, main), tombstone),
                        segment.memory().asSlice(segment.offset(entry), segment.length(entry)));
            }
        }
    }

    static Bucket bucket(WriteTransaction write, SchemaBucket bucket) {
        Bucket found = write.bucket(bucket.nameBytes());
        if (found == null) {
            throw new StoreCorruptedException("bucket " + bucket.bucketName() + " is missing");
        }
        return found;
    }

    /**
     * Changes bucket {@code key} in place, as compaction does, in one page-store transaction of its
     * own. The consistent index is not touched.
     */
    public void rewriteRevisions(Consumer<WriteTransaction> change) {
        flushLock.lock();
        try {
            try (WriteTransaction write = database.beginWrite()) {
                change.accept(write);
                write.commit();
            }
            generations.publish(database);
        } finally {
            flushLock.unlock();
        }
    }

    /** Makes what was flushed durable. Any thread; one at a time. */
    void checkpoint() {
        checkpointLock.lock();
        try {
            long index;
            flushLock.lock();
            try {
                index = flushedIndex;
                generations.closeUnread();
            } finally {
                flushLock.unlock();
            }
            database.checkpoint();
            durableConsistentIndex = index;
        } finally {
            checkpointLock.unlock();
        }
        checkpointListener.accept(durableConsistentIndex);
    }

    /**
     * A check of the file while it is in use, which reads past the page cache. Closing the backend
     * ends it: {@link dev.plinth.pagestore.DatabaseException.NotOpen}.
     */
    public PageScrub pageScrub(Disk disk) {
        return new PageScrub(disk, database);
    }

    /**
     * Gives free pages back to the file system while reads and writes go on; a second call waits
     * for the first. Makes no copy, so a full disk does not hinder it. A crash in between loses
     * nothing and leaves nothing behind. Pages that a {@link BackendSnapshot} still needs stay.
     *
     * @return false if the backend was closed before the end
     * @throws dev.plinth.pagestore.DatabaseException the file cannot be written: fatal for the
     *     member
     */
    public boolean defragment() {
        requireNotInEntry();
        return defragmentation.run();
    }

    /** One commit of the defragmentation, which moves pages and changes nothing else. */
    <T> T rearrange(Supplier<T> step) {
        flushLock.lock();
        try {
            T done = step.get();
            generations.publish(database);
            return done;
        } finally {
            flushLock.unlock();
        }
    }

    int pendingOperations() {
        return pendingOperations.get();
    }

    /** Flushes and makes everything durable in the calling thread (etcd's ForceCommit). */
    public void forceCommit() {
        flush();
        checkpoint();
    }

    // --- any thread ---

    /** The consistent index of the last checkpoint: log entries up to it are not needed again. */
    public long durableConsistentIndex() {
        return durableConsistentIndex;
    }

    /** Sets who is told {@link #durableConsistentIndex} after each checkpoint. */
    public void onCheckpoint(LongConsumer listener) {
        checkpointListener = listener;
    }

    /** High-water mark times page size, as etcd reports it. */
    public long sizeBytes() {
        return generations.newest().transaction().sizeBytes();
    }

    /** {@link #sizeBytes} without free pages. */
    public long sizeInUseBytes() {
        return database.stats().inUseBytes();
    }

    /** Read transactions of the page store that are open. */
    public int openReadTransactions() {
        return database.stats().openReadTransactions();
    }

    /** Bytes in the write buffer that no flush has moved yet. */
    public long bufferedBytes() {
        return revisions.bufferedBytes();
    }

    /**
     * A read transaction of the page store as of now, flushed first; the caller closes it. For long
     * scans: it pins nothing but pages.
     */
    public ReadTransaction flushedRead() {
        requireNotInEntry();
        flushLock.lock();
        try {
            flushLocked();
            return database.beginRead();
        } finally {
            flushLock.unlock();
        }
    }

    /** A consistent copy of the whole file as of now; flushes first, then holds one version. */
    public BackendSnapshot snapshot() {
        return new BackendSnapshot(flushedRead());
    }

    /** CRC-32C over all buckets (Maintenance.Hash); flushes first. Unsigned 32 bits. */
    public long hash() {
        try (ReadTransaction read = flushedRead()) {
            return BackendHash.of(read);
        }
    }

    /**
     * Ends a defragmentation after its present step; a last flush and checkpoint, then closes the
     * file. Waits until the last reader is done: the mapping must not go away under it.
     *
     * @throws IllegalStateException a view is open, and none was closed for ten seconds
     */
    @Override
    public void close() {
        defragmentation.stop();
        epochs.advance();
        checkpointLock.lock();
        try {
            flushLock.lock();
            try {
                flushLocked();
                generations.close();
                database.close();
            } finally {
                flushLock.unlock();
            }
        } finally {
            checkpointLock.unlock();
        }
    }
}
