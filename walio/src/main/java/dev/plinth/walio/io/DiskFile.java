package dev.plinth.walio.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * An open file. Transfers name their position, so there is no shared cursor and any thread may call
 * at any time; two overlapping writes at once are the caller's error. All segments must be native
 * memory and stay allocated during the call.
 *
 * <p>EINTR is retried where the call has done nothing yet. A transfer that the kernel cuts short is
 * continued until it is complete or fails. Any failed write or sync leaves the file in an unknown
 * state, see {@link PosixException}.
 */
public interface DiskFile extends AutoCloseable {
    /** The path that it was opened by. */
    Path path();

    /**
     * Reads until the target is full or the file ends.
     *
     * @return bytes read; less than the target's size only at the end of the file
     */
    long pread(MemorySegment target, long position) throws IOException;

    /** Writes the whole source. Not durable by itself. */
    void pwrite(MemorySegment source, long position) throws IOException;

    /**
     * Writes the sources one behind the other, in as few calls as the kernel allows. Not durable.
     */
    void pwritev(List<MemorySegment> sources, long position) throws IOException;

    /**
     * Writes and makes durable, including what is needed to read it back, in one call: {@code
     * pwritev2(RWF_DSYNC)}. Nothing else in the file is promised to be durable by it. Allocates
     * nothing.
     *
     * @param offsetInSource first byte to write
     * @param length bytes to write
     * @throws PosixException with {@link Errno#EOPNOTSUPP}, {@link Errno#EINVAL} or {@link
     *     Errno#ENOSYS} before anything was written where the kernel or file system has no such
     *     call; the caller then uses {@link #pwrite} and {@link #fdatasync}
     */
    void pwriteDsync(MemorySegment source, long offsetInSource, long length, long position)
            throws IOException;

    /**
     * Has the kernel start to write what is dirty in a range to the device: {@code
     * sync_file_range}. Makes nothing durable; a sync afterwards has less to do.
     */
    void startWriteback(long position, long length) throws IOException;

    /**
     * Waits until the writes that {@link #startWriteback} started in a range are done. Makes
     * nothing durable. A failure here is as final as that of a sync.
     */
    void awaitWriteback(long position, long length) throws IOException;

    /** Waits until the content, and the size if it has changed, is on stable storage. */
    void fdatasync() throws IOException;

    /** As {@link #fdatasync}, with all of the file's attributes. */
    void fsync() throws IOException;

    /** Reserves, zeroes or frees a range. {@link Errno#EOPNOTSUPP} where the file system cannot. */
    void fallocate(AllocateMode mode, long position, long length) throws IOException;

    /** Sets the size; a grown file reads as zeros there. Needs a sync to be durable. */
    void ftruncate(long size) throws IOException;

    /** The present size in bytes. */
    long size() throws IOException;

    /** {@code statx} of the open file. */
    FileStatus status() throws IOException;

    /** Takes a lock if that is possible at once. A second call converts a {@code flock}. */
    boolean tryLock(LockKind kind) throws IOException;

    /** Waits for a lock. */
    void lock(LockKind kind) throws IOException;

    /** Gives a lock back; closing the file does the same. */
    void unlock(LockKind kind) throws IOException;

    /**
     * Maps a range read-only and shared: later writes to the file show in it. The range may go
     * beyond the end of the file; touching a page there, or one that the device cannot read, throws
     * {@link InternalError} in the touching thread.
     *
     * @param position multiple of the page size
     * @param populate read the whole range in before returning
     */
    Mapping map(long position, long length, boolean populate) throws IOException;

    /** Tells the kernel that cached pages of the range are no longer needed; a hint. */
    void dropCache(long position, long length) throws IOException;

    /** Closes the descriptor, drops its locks. Mappings stay valid. Closing twice does nothing. */
    @Override
    void close() throws IOException;
}
