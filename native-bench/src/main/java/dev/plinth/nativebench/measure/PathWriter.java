package dev.plinth.nativebench.measure;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.HdrHistogram.Histogram;

/**
 * One writer of a slice: writes, waits, notes how long that took, writes again. The clock is read
 * twice a write, about 50 ns of it within the time noted.
 */
final class PathWriter {
    private final Clock clock;
    private final WritePath path;
    private final DiskFile file;
    private final Lane lane;

    PathWriter(Clock clock, WritePath path, DiskFile file, Lane lane) {
        this.clock = clock;
        this.path = path;
        this.file = file;
        this.lane = lane;
    }

    /**
     * Writes until the time is over or the file is used up, but once at least.
     *
     * @return when it ended
     */
    long run(MemorySegment bytes, long deadlineNanos, Histogram latency) throws IOException {
        int size = (int) bytes.byteSize();
        long end = clock.monotonicNanos();
        do {
            long position = lane.take(size);
            if (position < 0) {
                return end;
            }
            long start = clock.monotonicNanos();
            write(bytes, position);
            end = clock.monotonicNanos();
            latency.recordValue(clamp(end - start));
        } while (end < deadlineNanos);
        return end;
    }

    static long clamp(long nanos) {
        return Math.max(1, Math.min(nanos, Cell.LATENCY_NANOS_MAX));
    }

    void write(MemorySegment bytes, long position) throws IOException {
        switch (path) {
            case DIRECT_DSYNC, BUFFERED_DSYNC ->
                    file.pwriteDsync(bytes, 0, bytes.byteSize(), position);
            case DIRECT_FDATASYNC, BUFFERED_FDATASYNC, FALLOCATE, APPEND -> {
                file.pwrite(bytes, position);
                file.fdatasync();
            }
            case NO_SYNC -> file.pwrite(bytes, position);
            case NATIVE_LOOP ->
                    throw new IllegalStateException("the native loop does not write from Java");
        }
    }
}
