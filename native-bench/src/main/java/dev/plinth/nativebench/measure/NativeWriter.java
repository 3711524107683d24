package dev.plinth.nativebench.measure;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Writes the direct file from the native loop, a few dozen calls at a time. */
final class NativeWriter implements AutoCloseable {
    private static final int BATCH_MAX = 64;

    /** A batch ends in its slice: it is sized by how long the last writes took. */
    private static final int BATCH_FIRST = 4;

    private static final int SYS_PWRITEV2 = 328;
    private static final int RWF_DSYNC = 2;

    private final @Nullable Open open;
    private long position;
    private long lastNanos;

    private record Open(
            Path path,
            NativeLoop loop,
            NativeFile file,
            Arena arena,
            MemorySegment vector,
            MemorySegment bytes,
            long fileBytes) {}

    /**
     * A writer of a file.
     *
     * @param path null if there is nothing to write natively
     */
    NativeWriter(@Nullable Path path, MemorySegment bytes, long fileBytes) {
        if (path == null) {
            open = null;
            return;
        }
        Arena arena = Arena.ofShared();
        open =
                new Open(
                        path,
                        new NativeLoop(BATCH_MAX),
                        new NativeFile(path, NativeFile.O_RDWR | NativeFile.O_DIRECT),
                        arena,
                        arena.allocate(2 * Long.BYTES, Long.BYTES),
                        bytes,
                        fileBytes);
    }

    /** A slice; gives how long it took. */
    long run(int sizeBytes, long nanos, Clock clock, Histogram latency) throws PosixException {
        if (open == null) {
            throw new IllegalStateException("no native loop");
        }
        open.vector.set(JAVA_LONG, 0, open.bytes.address());
        open.vector.set(JAVA_LONG, 8, sizeBytes);
        long start = clock.monotonicNanos();
        long passed = 0;
        while (passed < nanos) {
            int count = batch(nanos - passed, open.fileBytes / sizeBytes);
            if (position + (long) count * sizeBytes > open.fileBytes) {
                position = 0;
            }
            NativeLoop.Call call =
                    new NativeLoop.Call(
                            SYS_PWRITEV2,
                            open.file.descriptor(),
                            open.vector.address(),
                            1,
                            position,
                            sizeBytes,
                            0,
                            RWF_DSYNC);
            long sum = 0;
            for (long one : open.loop.run(call, count, open.path)) {
                latency.recordValue(PathWriter.clamp(one));
                sum += one;
            }
            lastNanos = sum / count;
            position += (long) count * sizeBytes;
            passed = clock.monotonicNanos() - start;
        }
        return passed;
    }

    private int batch(long leftNanos, long writesInFile) {
        long fitting = lastNanos == 0 ? BATCH_FIRST : leftNanos / lastNanos;
        return (int) Math.clamp(fitting, 1, Math.min(BATCH_MAX, writesInFile));
    }

    @Override
    public void close() {
        if (open != null) {
            open.file.close();
            open.loop.close();
            open.arena.close();
        }
    }
}
