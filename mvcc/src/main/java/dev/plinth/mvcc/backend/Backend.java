package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.mvcc.buffer.RevisionBuffer;
import dev.plinth.mvcc.buffer.RevisionSegment;
import dev.plinth.mvcc.codec.Bytes;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.reclaim.Epochs;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Compaction;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.pagestore.WriteTransaction;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
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

    private static final long COPY_BYTES_PER_TRANSACTION = 16L << 20;
    private static final int CLOSE_WAITS = 10_000;
    private static final long CLOSE_WAIT_NANOS = 1_000_000L;

    /** A generation that no new reader finds; the last one of a replaced file closes the file. */
    private record RetiredGeneration(
            Generation generation, long epoch, @Nullable Database replaced) {}

    private final Disk disk;
    private final Path file;
    private final BackendOptions options;
    private final Epochs epochs = new Epochs();
    private final RevisionBuffer revisions = new RevisionBuffer();
    private final ReentrantLock applyLock = new ReentrantLock();
    private final ReentrantLock flushLock = new ReentrantLock();

    /** Taken before the flush lock, by what must not see the file replaced. */
    private final ReentrantLock checkpointLock = new ReentrantLock();

    private final ArrayDeque<RetiredGeneration> retired = new ArrayDeque<>();
    private final Committer committer;

    /** Changed with checkpoint and flush lock held. */
    private volatile Database database;

    /** Why the file's name may not survive a power loss, after a failed defragmentation. */
    private volatile @Nullable IOException lostName;

    private volatile Generation generation;
    private volatile long consistentIndex;
    private volatile long consistentTerm;
    private volatile long durableConsistentIndex;
    private volatile LongConsumer checkpointListener = index -> {};

    // Guarded by the apply lock; the volatile one is also read without it.
    private Overlay overlay = new Overlay();
    private volatile @Nullable Overlay flushing;
    private boolean inEntry;
    private long applyingIndex;
    private long applyingTerm;
    private boolean indexMoved;

    // Guarded by the flush lock.
    private long flushedIndex;

    /** Operations and bytes since the last flush began; hints for the committer. */
    private final AtomicInteger pendingOperations = new AtomicInteger();

    private Backend(Disk disk, Database database, BackendOptions options, Generation generation) {
        this.disk = disk;
        this.file = database.path();
        this.database = database;
        this.options = options;
        this.generation = generation;
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
     * @param disk where the database's file is
     * @throws StoreCorruptedException the content is not etcd's
     */
    public static Backend open(Disk disk, Database database, BackendOptions options) {
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
            return new Backend(disk, database, options, generation);
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
            return getLocked(bucket, key);
        } finally {
            applyLock.unlock();
        }
    }

    private byte @Nullable [] getLocked(SchemaBucket bucket, byte[] key) {
        byte[] changed = overlay.get(bucket, key);
        Overlay older = flushing;
        if (changed == null && older != null) {
            changed = older.get(bucket, key);
        }
        if (changed != null) {
            return Overlay.isDeleted(changed) ? null : changed;
        }
        int ticket = epochs.pin();
        try {
            ByteView view = new ByteView();
            return generation.bucket(bucket).get(key, view) ? view.toByteArray() : null;
        } finally {
            epochs.unpin(ticket);
        }
    }

    /** Within an entry or maintenance. Not for bucket {@code key}. Both arrays are taken over. */
    public void put(SchemaBucket bucket, byte[] key, byte[] value) {
        requireApplyLock();
        // An empty value must not be mistaken for the mark of a deletion.
        overlay.put(bucket, key, value.length == 0 ? new byte[0] : value);
        pendingOperations.incrementAndGet();
    }

    /** Within an entry or maintenance. Not for bucket {@code key}. */
    public void delete(SchemaBucket bucket, byte[] key) {
        requireApplyLock();
        overlay.put(bucket, key, Overlay.DELETED);
        pendingOperations.incrementAndGet();
    }

    /** All entries in key order, unflushed changes included. Not for bucket {@code key}. */
    public void forEach(SchemaBucket bucket, BiConsumer<byte[], byte[]> action) {
        applyLock.lock();
        try {
            content(bucket).forEach(action);
        } finally {
            applyLock.unlock();
        }
    }

    private Map<byte[], byte[]> content(SchemaBucket bucket) {
        Map<byte[], byte[]> content = new TreeMap<>(Arrays::compareUnsigned);
        Overlay older = flushing;
        int ticket = epochs.pin();
        try {
            Cursor cursor = generation.bucket(bucket).cursor();
            ByteView value = new ByteView();
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                cursor.value(value);
                content.put(cursor.keyBytes(), value.toByteArray());
            }
        } finally {
            epochs.unpin(ticket);
        }
        if (older != null) {
            older.applyTo(bucket, content);
        }
        overlay.applyTo(bucket, content);
        return content;
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
        return generation;
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
            if (segments.length == 0 && overlay.operations() == 0 && !indexMoved) {
                return null;
            }
            Batch batch =
                    new Batch(
                            segments,
                            overlay,
                            consistentIndex,
                            consistentTerm,
                            pendingOperations.getAndSet(0));
            flushing = overlay;
            overlay = new Overlay();
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
            writeOverlay(write, batch.changes());
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
        publishGeneration(null);
        flushing = null;
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

    private static void writeOverlay(WriteTransaction write, Overlay changes) {
        changes.changes()
                .forEach((bucket, map) -> {
                    Bucket target = bucket(write, bucket);
                    map.forEach((key, value) -> {
                        if (Overlay.isDeleted(value)) {
                            target.delete(key);
                        } else {
                            target.put(key, value);
                        }
                    });
                });
    }

    private static Bucket bucket(WriteTransaction write, SchemaBucket bucket) {
        Bucket found = write.bucket(bucket.nameBytes());
        if (found == null) {
            throw new StoreCorruptedException("bucket " + bucket.bucketName() + " is missing");
        }
        return found;
    }

    /** With the flush lock held. */
    private void publishGeneration(@Nullable Database replaced) {
        Generation old = generation;
        generation = new Generation(database.beginRead());
        retired.add(new RetiredGeneration(old, epochs.advance(), replaced));
        closeUnread();
    }

    /** Closes generations that nobody reads any more. With the flush lock held. */
    private void closeUnread() {
        if (retired.isEmpty()) {
            return;
        }
        long minimum = epochs.minimumPinned();
        while (!retired.isEmpty() && retired.peekFirst().epoch() <= minimum) {
            RetiredGeneration oldest = retired.peekFirst();
            oldest.generation().close();
            Database replaced = oldest.replaced();
            if (replaced != null) {
                if (replaced.stats().openReadTransactions() > 0) {
                    // A snapshot is still being sent from the old file.
                    return;
                }
                replaced.close();
            }
            retired.removeFirst();
        }
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
            publishGeneration(null);
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
                closeUnread();
            } finally {
                flushLock.unlock();
            }
            IOException lost = lostName;
            if (lost != null) {
                throw new UncheckedIOException("the name of " + file + " is not durable", lost);
            }
            database.checkpoint();
            durableConsistentIndex = index;
        } finally {
            checkpointLock.unlock();
        }
        checkpointListener.accept(durableConsistentIndex);
    }

    /**
     * Puts a copy of the file without free pages in its place, and gives the rest back to the file
     * system, while reads and writes go on: writes stay in the write buffer meanwhile, and only if
     * that grows beyond its bound do they wait.
     *
     * <p>The copy is made of a flushed state, which has the consistent index of what it holds, and
     * is durable before it takes the name. A crash leaves the old file or the new one; an
     * unfinished {@code db.tmp} is removed at the next start. Readers of the old file keep it until
     * they are done. Needs room for the copy on the file system.
     *
     * @throws IOException the copy could not be put in place: nothing has changed; or its name
     *     could not be made durable: the next checkpoint fails then, which ends the member
     * @throws dev.plinth.pagestore.DatabaseException the copy could not be written: nothing has
     *     changed
     */
    public void defragment() throws IOException {
        requireNotInEntry();
        checkpointLock.lock();
        try {
            flushLock.lock();
            try {
                flushLocked();
                replaceFile();
            } finally {
                flushLock.unlock();
            }
        } finally {
            checkpointLock.unlock();
        }
        checkpointListener.accept(durableConsistentIndex);
    }

    private void replaceFile() throws IOException {
        Database old = database;
        Path copy = file.resolveSibling("db.tmp." + old.stats().startedReadTransactions());
        Database target = Database.open(disk, copy, old.options().withPageSize(old.pageSize()));
        try {
            Compaction.copy(old, target, COPY_BYTES_PER_TRANSACTION);
            target.checkpoint();
            disk.rename(copy, file);
        } catch (IOException | RuntimeException e) {
            target.close();
            disk.unlink(copy);
            throw e;
        }
        database = target;
        publishGeneration(old);
        syncName();
        durableConsistentIndex = flushedIndex;
    }

    /**
     * Without this sync a power loss may bring the old file back, which misses what is flushed from
     * now on. If it fails nothing counts as durable any more.
     */
    private void syncName() throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        try {
            disk.syncDirectory(directory == null ? file.toAbsolutePath() : directory);
        } catch (IOException e) {
            lostName = e;
            throw e;
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
        return generation.transaction().sizeBytes();
    }

    /** {@link #sizeBytes} without free pages. */
    public long sizeInUseBytes() {
        return database.stats().inUseBytes();
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
     * A last flush and checkpoint, then closes the file. Waits until the last reader is done: the
     * mapping must not go away under it.
     *
     * @throws IllegalStateException a view stayed open for ten seconds
     */
    @Override
    public void close() {
        epochs.advance();
        checkpointLock.lock();
        try {
            flushLock.lock();
            try {
                flushLocked();
                awaitReaders();
                generation.close();
                retired.forEach(this::close);
                retired.clear();
                database.close();
            } finally {
                flushLock.unlock();
            }
        } finally {
            checkpointLock.unlock();
        }
    }

    private void close(RetiredGeneration old) {
        old.generation().close();
        Database replaced = old.replaced();
        if (replaced != null) {
            replaced.close();
        }
    }

    private void awaitReaders() {
        for (int i = 0; epochs.isPinned(); i++) {
            if (i == CLOSE_WAITS) {
                throw new IllegalStateException("a view of the store is still open");
            }
            LockSupport.parkNanos(CLOSE_WAIT_NANOS);
        }
    }

    /** A pinned version of the database file, to be sent to a client or a peer. One thread. */
    public static final class BackendSnapshot implements AutoCloseable {
        private final ReadTransaction transaction;

        private BackendSnapshot(ReadTransaction transaction) {
            this.transaction = transaction;
        }

        /** Index of the last entry whose effects the version holds; 0 for none. */
        public long consistentIndex() {
            return metaLong(MetaKeys.consistentIndex());
        }

        /** Term of that entry; 0 when the file does not say. */
        public long consistentTerm() {
            return metaLong(MetaKeys.term());
        }

        private long metaLong(byte[] key) {
            Bucket meta = transaction.bucket(SchemaBucket.META.nameBytes());
            ByteView value = new ByteView();
            return meta != null && meta.get(key, value) && value.length() == 8
                    ? Bytes.getLong(value.toByteArray(), 0)
                    : 0;
        }

        /** Bytes that {@link #writeTo} will write. */
        public long sizeBytes() {
            return transaction.sizeBytes();
        }

        /** Writes the bytes of a database file in order. */
        public void writeTo(WritableByteChannel channel) throws IOException {
            transaction.writeTo(channel);
        }

        /** Lets the version go. */
        @Override
        public void close() {
            transaction.close();
        }
    }
}
