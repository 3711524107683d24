package dev.plinth.jmh.walio;

import dev.plinth.jmh.walio.Contender.Kind;
import dev.plinth.walio.WalOptions;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The log beside the disk's floor and etcd's way, one write of each in turn in an order drawn anew
 * each round, so that all meet the same noise; alone and with a second writer that syncs another
 * file; then 64 appenders beside one. Says at the end which of the log's aims this disk met.
 *
 * <p>usage: {@code AppendComparison DIRECTORY [SECONDS]}, the seconds for each of the four parts
 */
public final class AppendComparison {
    private static final int APPENDERS = 64;
    private static final int WARM_UP_ROUNDS = 4000;
    private static final int ROUNDS_PER_SECOND_MAX = 20_000;

    private final int seconds;
    private final List<String> verdicts = new ArrayList<>();

    private AppendComparison(int seconds) {
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        Path parent = Path.of(arguments[0]);
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        Path directory = Files.createTempDirectory(parent, "compare");
        try {
            new AppendComparison(seconds).run(directory);
        } finally {
            delete(directory);
        }
    }

    private void run(Path directory) throws Exception {
        LinuxDisk disk = new LinuxDisk();
        try (WriteAheadLog log = log(disk, directory.resolve("wal"));
                Contenders contenders = new Contenders(disk, directory, log)) {
            List<Contender> all = contenders.all();
            System.out.println(
                    "# 4 KiB entries, alone; "
                            + log.writePath().path().label()
                            + " of "
                            + log.writePath().measured());
            measure(all);
            aim("p50, of the best floor", ratio(all, Kind.FLOOR, 50), 1.05);
            aim("p50, of etcd's way", ratio(all, Kind.ETCD, 50), 0.75);
            System.out.println("# 4 KiB entries, a second writer syncs another file");
            try (SecondWriter _ = new SecondWriter(disk, directory.resolve("second"))) {
                measure(all);
            }
            aim("p99 beside a second writer, of etcd's way", ratio(all, Kind.ETCD, 99), 1.0);
            appenders(log);
        }
        verdicts.forEach(System.out::println);
    }

    private static WriteAheadLog log(Disk disk, Path path) throws IOException {
        return WriteAheadLog.create(
                disk, new SystemClock(), path, new byte[] {8, 1, 16, 1}, WalOptions.defaults());
    }

    private void measure(List<Contender> all) throws IOException {
        int roundsMax = seconds * ROUNDS_PER_SECOND_MAX;
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            for (Contender contender : all) {
                contender.warmUp();
            }
        }
        all.forEach(contender -> contender.forgetSamples(roundsMax));
        List<Contender> order = new ArrayList<>(all);
        Random random = new Random(1);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        for (int round = 0; round < roundsMax && System.nanoTime() < end; round++) {
            // A write leaves the device in a state that the next one meets: nobody may always
            // follow the same one.
            Collections.shuffle(order, random);
            for (Contender contender : order) {
                contender.sample();
            }
        }
        all.forEach(System.out::println);
    }

    private static double ratio(List<Contender> all, Kind kind, double percent) {
        return Contender.best(all, Kind.LOG, percent) / Contender.best(all, kind, percent);
    }

    private void aim(String what, double ratio, double atMost) {
        tell(what, ratio, "at most", atMost, ratio <= atMost);
    }

    private void tell(String what, double figure, String relation, double aim, boolean isMet) {
        verdicts.add(
                "%-6s %s: %.3f (aim: %s %.2f)"
                        .formatted(isMet ? "met" : "MISSED", what, figure, relation, aim));
    }

    // ---- many appenders ----

    private void appenders(WriteAheadLog log) throws Exception {
        double one = appendsPerSecond(log, 1);
        double many = appendsPerSecond(log, APPENDERS);
        System.out.printf(
                "# 100 B entries: 1 appender %.0f/s, %d appenders %.0f/s%n", one, APPENDERS, many);
        double times = many / one;
        tell(APPENDERS + " appenders, times one", times, "at least", 20, times >= 20);
    }

    /** Appenders wait for their entry; the caller's thread is the log writer, as in the server. */
    private double appendsPerSecond(WriteAheadLog log, int appenders) throws Exception {
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

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
