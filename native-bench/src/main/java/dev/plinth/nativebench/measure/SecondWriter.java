package dev.plinth.nativebench.measure;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The neighbour on the disk, in a thread of its own from construction to close. */
final class SecondWriter implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES_PER_COMMIT = 16;
    private static final int APPEND_BYTES = 64 << 10;
    private static final int FILL_BYTES = 256 << 10;
    private static final long PERIOD_NANOS = 5_000_000;

    private final Disk disk;
    private final Clock clock;
    private final Path file;
    private final long fileBytes;
    private final Interference kind;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final Thread thread;

    SecondWriter(Disk disk, Clock clock, Path directory, long fileBytes, Interference kind)
            throws IOException {
        this.disk = disk;
        this.clock = clock;
        this.file = directory.resolve("neighbour-" + kind.label());
        this.fileBytes = fileBytes;
        this.kind = kind;
        if (kind == Interference.DATABASE) {
            BenchFiles.fillWithZeros(disk, file, fileBytes);
        }
        thread = Thread.ofPlatform().name("second-writer").daemon().unstarted(this::run);
        if (kind != Interference.NONE) {
            thread.start();
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined();
                DiskFile target = open()) {
            MemorySegment bytes = arena.allocate(FILL_BYTES, PAGE_BYTES);
            // The zeros of the filler must be zeros; the others write what no device can compress.
            if (kind != Interference.FILL) {
                Noise.fill(bytes, 7);
            }
            SplittableRandom random = new SplittableRandom(11);
            long position = 0;
            long due = clock.monotonicNanos();
            while (!stop.await(Math.max(0, due - clock.monotonicNanos()), TimeUnit.NANOSECONDS)) {
                position = step(target, bytes, random, position);
                due = kind == Interference.FILL ? 0 : due + PERIOD_NANOS;
            }
        } catch (IOException e) {
            failure.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private DiskFile open() throws IOException {
        return kind == Interference.FILL
                ? BenchFiles.openForFill(disk, file)
                : disk.open(file, Disk.OWNER_FILE, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE);
    }

    /** One turn of the neighbour; gives the position of the next one. */
    private long step(DiskFile target, MemorySegment bytes, SplittableRandom random, long position)
            throws IOException {
        switch (kind) {
            case NONE -> {}
            case DATABASE -> {
                for (int i = 0; i < PAGES_PER_COMMIT; i++) {
                    long page = random.nextLong(fileBytes / PAGE_BYTES);
                    target.pwrite(bytes.asSlice(0, PAGE_BYTES), page * PAGE_BYTES);
                }
                target.fdatasync();
            }
            case APPEND -> {
                if (position + APPEND_BYTES > fileBytes) {
                    target.ftruncate(0);
                    return 0;
                }
                target.pwrite(bytes.asSlice(0, APPEND_BYTES), position);
                target.fdatasync();
                return position + APPEND_BYTES;
            }
            case FILL -> {
                if (position + FILL_BYTES > fileBytes) {
                    target.fsync();
                    target.ftruncate(0);
                    return 0;
                }
                target.pwrite(bytes, position);
                return position + FILL_BYTES;
            }
        }
        return position;
    }

    /** Stops the neighbour, throws what it met, removes its file. */
    @Override
    public void close() throws IOException {
        stop.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        IOException met = failure.get();
        if (met != null) {
            throw new IOException("the second writer failed: " + met.getMessage(), met);
        }
        if (disk.exists(file)) {
            disk.unlink(file);
        }
    }
}
