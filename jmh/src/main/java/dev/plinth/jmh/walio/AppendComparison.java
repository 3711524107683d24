package dev.plinth.jmh.walio;

import dev.plinth.walio.WalOptions;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The log beside the disk's floor and etcd's way, one operation of each in turn, so that all meet
 * the same noise; alone and with a second writer that syncs another file; then 64 appenders beside
 * one.
 *
 * <p>usage: {@code AppendComparison DIRECTORY [SECONDS]}
 */
public final class AppendComparison {
    private static final int BLOCK = 4096;
    private static final long FILE_BYTES = 64_000_000;
    private static final int APPENDERS = 64;

    private AppendComparison() {}

    private interface Operation {
        void run() throws IOException;
    }

    public static void main(String[] arguments) throws Exception {
        Path parent = Path.of(arguments[0]);
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        Path directory = Files.createTempDirectory(parent, "compare");
        LinuxDisk disk = new LinuxDisk();
        try (Arena arena = Arena.ofShared();
                DiskFile zeroed = zeroedFile(disk, directory.resolve("zeroed"), arena);
                DiskFile reserved = reservedFile(disk, directory.resolve("reserved"));
                WriteAheadLog log = log(disk, directory.resolve("wal"))) {
            Operation[] operations = {
                appendOne(log),
                overwriteDsync(zeroed, arena),
                overwriteFdatasync(zeroed, arena),
                etcdWay(reserved, arena),
                rewriteTail(zeroed, arena)
            };
            String[] names = {
                "plinth append + commit",
                "floor: direct overwrite, RWF_DSYNC",
                "floor: direct overwrite, fdatasync",
                "etcd's way: fallocate, buffered, fdatasync",
                "two blocks, the first one again, RWF_DSYNC"
            };
            System.out.println("# 4 KiB entries, alone");
            report(names, interleave(operations, seconds));
            System.out.println("# 4 KiB entries, a second writer syncs another file");
            try (SecondWriter second = new SecondWriter(disk, directory.resolve("second"))) {
                report(names, interleave(operations, seconds));
            }
            appenders(log, seconds);
        } finally {
            delete(directory);
        }
    }

    private static WriteAheadLog log(Disk disk, Path path) throws IOException {
        return WriteAheadLog.create(
                disk, new SystemClock(), path, new byte[] {8, 1, 16, 1}, WalOptions.defaults());
    }

    private static DiskFile zeroedFile(Disk disk, Path path, Arena arena) throws IOException {
        DiskFile file = disk.open(path, 0600, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.DIRECT);
        MemorySegment zeros = arena.allocate(FILE_BYTES / 125, BLOCK);
        for (long at = 0; at < FILE_BYTES; at += zeros.byteSize()) {
            file.pwrite(zeros, at);
        }
        file.fsync();
        return file;
    }

    private static DiskFile reservedFile(Disk disk, Path path) throws IOException {
        DiskFile file = disk.open(path, 0600, OpenFlag.WRITE, OpenFlag.CREATE);
        file.fallocate(AllocateMode.EXTEND, 0, FILE_BYTES);
        file.fsync();
        return file;
    }

    private static Operation appendOne(WriteAheadLog log) {
        byte[] entry = new byte[BLOCK];
        Arrays.fill(entry, (byte) 1);
        long[] index = {0};
        return () -> {
            log.appendEntry(++index[0], entry, 0, entry.length);
            log.commit();
            if (index[0] % 16_384 == 0) {
                log.releaseTo(index[0]);
                log.purge(2);
            }
        };
    }

    private static Operation overwriteDsync(DiskFile file, Arena arena) {
        MemorySegment block = arena.allocate(BLOCK, BLOCK).fill((byte) 1);
        long[] at = {0};
        return () -> {
            file.pwriteDsync(block, 0, BLOCK, at[0]);
            at[0] = (at[0] + BLOCK) % FILE_BYTES;
        };
    }

    private static Operation overwriteFdatasync(DiskFile file, Arena arena) {
        MemorySegment block = arena.allocate(BLOCK, BLOCK).fill((byte) 1);
        long[] at = {FILE_BYTES / BLOCK / 2 * BLOCK};
        return () -> {
            file.pwrite(block, at[0]);
            file.fdatasync();
            at[0] = (at[0] + BLOCK) % FILE_BYTES;
        };
    }

    /** What an append of 4 KiB costs the device: it lies in two blocks. */
    private static Operation rewriteTail(DiskFile file, Arena arena) {
        MemorySegment blocks = arena.allocate(2 * BLOCK, BLOCK).fill((byte) 1);
        long[] at = {0};
        return () -> {
            file.pwriteDsync(blocks, 0, 2 * BLOCK, at[0]);
            at[0] = (at[0] + BLOCK) % (FILE_BYTES - BLOCK);
        };
    }

    private static Operation etcdWay(DiskFile file, Arena arena) {
        MemorySegment block = arena.allocate(BLOCK).fill((byte) 1);
        long[] at = {0};
        return () -> {
            if (at[0] + BLOCK > FILE_BYTES) {
                file.ftruncate(0);
                file.fallocate(AllocateMode.EXTEND, 0, FILE_BYTES);
                file.fsync();
                at[0] = 0;
            }
            file.pwrite(block, at[0]);
            file.fdatasync();
            at[0] += BLOCK;
        };
    }

    private static long[][] interleave(Operation[] operations, int seconds) throws IOException {
        int samplesMax = seconds * 20_000;
        long[][] samples = new long[operations.length][samplesMax];
        int count = 0;
        for (int warmUp = 0; warmUp < 2000; warmUp++) {
            operations[warmUp % operations.length].run();
        }
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end && count < samplesMax) {
            for (int i = 0; i < operations.length; i++) {
                int which = (i + count) % operations.length;
                long started = System.nanoTime();
                operations[which].run();
                samples[which][count] = System.nanoTime() - started;
            }
            count++;
        }
        for (int i = 0; i < samples.length; i++) {
            samples[i] = Arrays.copyOf(samples[i], count);
            Arrays.sort(samples[i]);
        }
        return samples;
    }

    private static void report(String[] names, long[][] samples) {
        double ours = percentile(samples[0], 50);
        double floor = Math.min(percentile(samples[1], 50), percentile(samples[2], 50));
        double etcd = percentile(samples[3], 50);
        for (int i = 0; i < names.length; i++) {
            System.out.printf(
                    "%-44s p50 %8.1f us   p99 %8.1f us   p99.9 %8.1f us   (%d)%n",
                    names[i],
                    percentile(samples[i], 50),
                    percentile(samples[i], 99),
                    percentile(samples[i], 99.9),
                    samples[i].length);
        }
        System.out.printf(
                "p50: %.3f of the best floor, %.3f of etcd's way; p99: %.3f of etcd's way%n",
                ours / floor, ours / etcd, percentile(samples[0], 99) / percentile(samples[3], 99));
    }

    private static double percentile(long[] sorted, double percent) {
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1000.0;
    }

    // ---- many appenders ----

    private static void appenders(WriteAheadLog log, int seconds) throws Exception {
        double one = appendsPerSecond(log, 1, seconds);
        double many = appendsPerSecond(log, APPENDERS, seconds);
        System.out.printf(
                "# 100 B entries: 1 appender %.0f/s, %d appenders %.0f/s: %.1f times%n",
                one, APPENDERS, many, many / one);
    }

    /** Appenders wait for their entry; the caller's thread is the log writer, as in the server. */
    private static double appendsPerSecond(WriteAheadLog log, int appenders, int seconds)
            throws Exception {
        CommitQueue queue = new CommitQueue();
        AtomicBoolean stop = new AtomicBoolean();
        Thread[] threads = new Thread[appenders];
        for (int i = 0; i < appenders; i++) {
            threads[i] =
                    Thread.ofVirtual()
                            .start(() -> {
                                while (!stop.get()) {
                                    queue.appendAndWait();
                                }
                            });
        }
        long index = 1L << 32;
        byte[] entry = new byte[100];
        long started = System.nanoTime();
        long end = started + seconds * 1_000_000_000L;
        long appended = 0;
        while (System.nanoTime() < end) {
            int batch = queue.takeBatch();
            for (int i = 0; i < batch; i++) {
                log.appendEntry(++index, entry, 0, entry.length);
            }
            log.commit();
            queue.complete(batch);
            appended += batch;
        }
        double rate = appended * 1e9 / (System.nanoTime() - started);
        stop.set(true);
        queue.close();
        for (Thread thread : threads) {
            thread.join();
        }
        return rate;
    }

    /** A second writer: 16 scattered blocks and a sync each 5 ms, as a database does. */
    private static final class SecondWriter implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final Thread thread;

        SecondWriter(Disk disk, Path path) {
            thread =
                    Thread.ofPlatform()
                            .start(() -> {
                                try (Arena arena = Arena.ofConfined();
                                        DiskFile file = reservedFile(disk, path)) {
                                    write(arena, file);
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
        }

        private void write(Arena arena, DiskFile file) throws IOException {
            MemorySegment block = arena.allocate(BLOCK).fill((byte) 2);
            SplittableRandom random = new SplittableRandom(1);
            while (!stop.get()) {
                for (int i = 0; i < 16; i++) {
                    file.pwrite(block, random.nextLong(FILE_BYTES / BLOCK) * BLOCK);
                }
                file.fdatasync();
                LockSupport.parkNanos(5_000_000);
            }
        }

        @Override
        public void close() throws InterruptedException {
            stop.set(true);
            thread.join();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
