package dev.plinth.mvcc.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The write buffer of bucket {@code key}: applied revisions on their way to the page store.
 *
 * <p>The apply thread appends; the committer takes what is sealed, and drops it when the page store
 * has it. Both change the list of segments under this object's monitor, which is held for a few
 * instructions. Readers get the list as an immutable array.
 */
public final class RevisionBuffer {
    private static final RevisionSegment[] NONE = {};
    private static final VarHandle APPENDED;

    static {
        try {
            APPENDED =
                    MethodHandles.lookup()
                            .findVarHandle(RevisionBuffer.class, "appendedBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile RevisionSegment[] segments = NONE;
    private RevisionSegment open = new RevisionSegment(0, 0, 0);
    private boolean isOpen;

    // Each has one writer: the apply thread, the committer.
    private volatile long appendedBytes;
    private volatile long droppedBytes;

    /** Where the last appended entry is. */
    private int lastOffset;

    /**
     * Makes room for the next revision.
     *
     * @return the array to write the encoded pair to, at {@link #lastOffset}
     */
    public byte[] append(long main, int sub, boolean tombstone, int bytes) {
        if (!isOpen || !open.hasRoom(bytes)) {
            openSegment(main, sub, Math.max(bytes, RevisionSegment.DATA_BYTES));
        }
        lastOffset = open.append(main, tombstone, bytes);
        APPENDED.setRelease(this, appendedBytes + bytes);
        return open.data();
    }

    public int lastOffset() {
        return lastOffset;
    }

    /** The segment that holds the last appended entry. */
    public RevisionSegment lastSegment() {
        return open;
    }

    private synchronized void openSegment(long main, int sub, int dataBytes) {
        open = new RevisionSegment(main, sub, dataBytes);
        isOpen = true;
        segments = Arrays.copyOf(segments, segments.length + 1);
        segments[segments.length - 1] = open;
    }

    /** All segments, oldest first; the array is never changed. */
    public RevisionSegment[] segments() {
        return segments;
    }

    /** Ends the open segment: what is returned gets no more entries. With the apply lock held. */
    public RevisionSegment[] seal() {
        isOpen = false;
        return segments;
    }

    /** The first {@code count} segments are in the page store. */
    public synchronized void drop(int count) {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += segments[i].bytes();
        }
        segments = Arrays.copyOfRange(segments, count, segments.length);
        droppedBytes += bytes;
    }

    /** Bytes of encoded pairs in the buffer; approximate while others append. */
    public long bufferedBytes() {
        return appendedBytes - droppedBytes;
    }
}
