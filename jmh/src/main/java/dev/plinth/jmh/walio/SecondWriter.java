package dev.plinth.jmh.walio;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A thread that writes 16 scattered blocks of a file and syncs it each 5 ms, as a database does.
 */
final class SecondWriter implements AutoCloseable {
    private static final int BLOCKS = 16;
    private static final long PAUSE_MILLIS = 5;

    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    SecondWriter(Disk disk, Path path) {
        thread = Thread.ofPlatform().start(() -> run(disk, path));
    }

    private void run(Disk disk, Path path) {
        try (Arena arena = Arena.ofConfined();
                DiskFile file = Contenders.reserved(disk, path)) {
            MemorySegment block = arena.allocate(Contenders.BLOCK).fill((byte) 2);
            SplittableRandom random = new SplittableRandom(1);
            long blocks = Contenders.FILE_BYTES / Contenders.BLOCK;
            do {
                for (int i = 0; i < BLOCKS; i++) {
                    file.pwrite(block, random.nextLong(blocks) * Contenders.BLOCK);
                }
                file.fdatasync();
            } while (!stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        thread.join();
    }
}
