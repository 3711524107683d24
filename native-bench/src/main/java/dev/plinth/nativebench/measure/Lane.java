package dev.plinth.nativebench.measure;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the next write of a path goes: one behind the other through the file, from the start again
 * where overwriting is the point. Any thread.
 */
final class Lane {
    private final WritePath.Content content;
    private final long fileBytes;
    private final AtomicLong next = new AtomicLong();

    Lane(WritePath.Content content, long fileBytes) {
        this.content = content;
        this.fileBytes = fileBytes;
    }

    /** The position of the next write, or -1 if the file has to be renewed before it. */
    long take(int sizeBytes) {
        while (true) {
            long position = next.get();
            boolean fits = position + sizeBytes <= fileBytes;
            if (!fits && !wraps()) {
                return -1;
            }
            long start = fits ? position : 0;
            if (next.compareAndSet(position, start + sizeBytes)) {
                return start;
            }
        }
    }

    private boolean wraps() {
        return content == WritePath.Content.ZEROED_DIRECT
                || content == WritePath.Content.ZEROED_BUFFERED;
    }

    boolean isUsedUp(int sizeBytes) {
        return !wraps() && next.get() + sizeBytes > fileBytes;
    }

    /** Starts again; the next position is a multiple of a new size. */
    void restart() {
        next.set(0);
    }
}
