package dev.plinth.mvcc.backend;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.function.BiConsumer;
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
 * between {@link #beginEntry} and {@link #endEntry}; a flush takes only whole entries.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Backend implements AutoCloseable {

    private Backend() {}

    /** Opens or creates the file, with all ten buckets. */
    public static Backend open(Path file, BackendOptions options) throws IOException {
        throw new UnsupportedOperationException();
    }

    // --- the apply thread ---

    /**
     * Starts the application of a raft entry. Changes until {@link #endEntry} belong to it.
     *
     * @param index must be greater than the last one
     */
    public void beginEntry(long index, long term) {
        throw new UnsupportedOperationException();
    }

    /** Ends the entry: the consistent index is now its index, changed or not. */
    public void endEntry() {
        throw new UnsupportedOperationException();
    }

    /** Starts changes that belong to no entry and do not move the consistent index. */
    public void beginMaintenance() {
        throw new UnsupportedOperationException();
    }

    public void endMaintenance() {
        throw new UnsupportedOperationException();
    }

    /** The value of a key, or null. Sees unflushed changes. Not for bucket {@code key}. */
    public byte @Nullable [] get(SchemaBucket bucket, byte[] key) {
        throw new UnsupportedOperationException();
    }

    /** Within an entry or maintenance. Not for bucket {@code key}. Both arrays are taken over. */
    public void put(SchemaBucket bucket, byte[] key, byte[] value) {
        throw new UnsupportedOperationException();
    }

    /** Within an entry or maintenance. Not for bucket {@code key}. */
    public void delete(SchemaBucket bucket, byte[] key) {
        throw new UnsupportedOperationException();
    }

    /** All entries in key order, unflushed changes included. Not for bucket {@code key}. */
    public void forEach(SchemaBucket bucket, BiConsumer<byte[], byte[]> action) {
        throw new UnsupportedOperationException();
    }

    /** Index of the last entry applied (in memory); 0 for none. Any thread. */
    public long consistentIndex() {
        throw new UnsupportedOperationException();
    }

    /** Term of {@link #consistentIndex}; 0 when the file does not say. Any thread. */
    public long consistentTerm() {
        throw new UnsupportedOperationException();
    }

    // --- the committer's thread ---

    /** The agent that flushes and makes checkpoints. */
    public Committer committer() {
        throw new UnsupportedOperationException();
    }

    /**
     * Flushes in the calling thread: all changes made so far are in the page store, not durable.
     */
    public void flush() {
        throw new UnsupportedOperationException();
    }

    /** Flushes and makes everything durable in the calling thread (etcd's ForceCommit). */
    public void forceCommit() {
        throw new UnsupportedOperationException();
    }

    // --- any thread ---

    /** The consistent index of the last checkpoint: log entries up to it are not needed again. */
    public long durableConsistentIndex() {
        throw new UnsupportedOperationException();
    }

    /** Called by the committer after each checkpoint with {@link #durableConsistentIndex}. */
    public void onCheckpoint(LongConsumer listener) {
        throw new UnsupportedOperationException();
    }

    /** High-water mark times page size, as etcd reports it. */
    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }

    /** {@link #sizeBytes} without free pages. */
    public long sizeInUseBytes() {
        throw new UnsupportedOperationException();
    }

    /** Bytes in the write buffer that no flush has taken yet. */
    public long bufferedBytes() {
        throw new UnsupportedOperationException();
    }

    /** A consistent copy of the whole file as of now; flushes first, then holds one version. */
    public BackendSnapshot snapshot() {
        throw new UnsupportedOperationException();
    }

    /** CRC-32C over all buckets (Maintenance.Hash); flushes first. Unsigned 32 bits. */
    public long hash() {
        throw new UnsupportedOperationException();
    }

    /** Gives free space back to the file system while reads and writes go on. */
    public void defragment() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** A last flush and checkpoint, then closes the file. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** A pinned version of the file, to be sent to a client or a peer. */
    public interface BackendSnapshot extends AutoCloseable {
        /** Bytes that {@link #writeTo} will write. */
        long sizeBytes();

        /** Writes the file's bytes in order; may be called once. */
        void writeTo(WritableByteChannel channel) throws IOException;

        @Override
        void close();
    }
}
