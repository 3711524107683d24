package dev.plinth.jmh.pagestore;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the same workloads on all stores, in turn, several times, and prints one table of medians:
 * operations a second, higher is better. A run of all stores is one round, so that changes in the
 * machine's mood hit all of them. The first rounds, in which the compiler is at work, do not count.
 *
 * <pre>
 *   StoreComparison DIRECTORY [--rounds 5] [--warmup 2] [--bbolt PROGRAM] [--only plinth,lmdbjava,mvstore,rocksdb,floor]
 *                   [--workload PART-OF-NAME]
 * </pre>
 *
 * <p>Run by {@code jmh/run}. The row of {@code floor} is {@link SyncFloor}; {@code PROGRAM} is that
 * of {@code src/main/go/bboltbench}, which runs the same workloads on bbolt.
 */
public final class StoreComparison {
    /** Whose rates ours are divided by. */
    private static final List<String> COMPARED = List.of("bbolt", "lmdbjava", "floor");

    private final Path directory;

    /** Workloads whose names contain it are run. */
    private final String part;

    private final Map<String, Map<String, List<Double>>> results = new LinkedHashMap<>();

    private StoreComparison(Path directory, String part) {
        this.directory = directory;
        this.part = part;
    }

    /** See the class comment. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Path.of(arguments[0]);
        int rounds = 5;
        int warmup = 2;
        Path bbolt = null;
        List<String> only = List.of();
        String workload = "";
        for (int i = 1; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--warmup" -> warmup = Integer.parseInt(arguments[i + 1]);
                case "--rounds" -> rounds = Integer.parseInt(arguments[i + 1]);
                case "--bbolt" -> bbolt = Path.of(arguments[i + 1]);
                case "--workload" -> workload = arguments[i + 1];
                case "--only" -> only = Arrays.asList(arguments[i + 1].split(","));
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        StoreComparison comparison = new StoreComparison(directory, workload);
        for (int round = -warmup; round < rounds; round++) {
            if (round == 0) {
                comparison.results.clear();
            }
            for (Map.Entry<String, Store.Opener> store : Stores.all().entrySet()) {
                if (only.isEmpty() || only.contains(store.getKey())) {
                    comparison.run(store.getKey(), store.getValue());
                }
            }
            if (only.isEmpty() || only.contains("floor")) {
                comparison.runFloor();
            }
            if (bbolt != null) {
                comparison.runProgram("bbolt", bbolt);
            }
        }
        comparison.print();
    }

    /** Puts that wait for the device, after each batch. */
    private record Puts(String name, int commits, int batch, double fill, boolean random) {
        static final List<Puts> ALL =
                List.of(
                        new Puts("put-sequential-1", 500, 1, 0.9, false),
                        new Puts("put-sequential-100", 300, 100, 0.9, false),
                        new Puts("put-sequential-10000", 20, 10_000, 0.9, false),
                        new Puts("put-random-100", 300, 100, 0.5, true),
                        new Puts("put-random-10000", 10, 10_000, 0.5, true));

        long count() {
            return (long) commits * batch;
        }

        /** Brings a store to the state in which the measured puts begin; returns the next key. */
        long prepare(Store store) {
            long next = 0;
            if (random) {
                StoreComparison.fill(store, new byte[Workload.VALUE_BYTES]);
                next = Workload.KEYS;
            }
            store.durable(true);
            return next;
        }

        void run(Store store, long firstKey) {
            byte[] value = new byte[Workload.VALUE_BYTES];
            value[0] = 1;
            long[] next = {firstKey};
            long[] i = {0};
            for (int commit = 0; commit < commits; commit++) {
                store.put(
                        batch,
                        fill,
                        random ? () -> Workload.randomKey(++i[0]) : () -> next[0]++,
                        value);
            }
        }
    }

    private void run(String name, Store.Opener opener) throws IOException {
        for (Puts puts : Puts.ALL) {
            if (puts.name.contains(part)) {
                try (Store store = opener.open(emptyFolder())) {
                    long key = puts.prepare(store);
                    long start = System.nanoTime();
                    puts.run(store, key);
                    report(name, puts.name, puts.count(), start);
                }
            }
        }
        if (part.isEmpty() || "get-random scan open".contains(part)) {
            reads(name, opener);
        }
        if (name.equals("plinth") && "fragmented-1".contains(part)) {
            fragmented(name);
        }
    }

    /** The writes and syncs of our store without the store. */
    private void runFloor() throws IOException {
        for (Puts puts : Puts.ALL) {
            if (puts.name.contains(part)) {
                SyncFloor floor = new SyncFloor();
                Path home = emptyFolder();
                Path copy = home.resolve("copy.db");
                try (PlinthStore store = floor.store(home, PlinthStore.etcdLike())) {
                    long key = puts.prepare(store);
                    floor.start(home, copy);
                    puts.run(store, key);
                }
                long start = System.nanoTime();
                floor.run(copy);
                report("floor", puts.name, puts.count(), start);
            }
        }
    }

    static void fill(Store store, byte[] value) {
        long[] next = {0};
        while (next[0] < Workload.KEYS) {
            store.put(10_000, 0.9, () -> next[0]++, value);
        }
    }

    private void reads(String store, Store.Opener opener) throws IOException {
        Path home = emptyFolder();
        try (Store opened = opener.open(home)) {
            fill(opened, new byte[Workload.VALUE_BYTES]);
            int gets = 1_000_000;
            long sum = opened.gets(gets);
            long start = System.nanoTime();
            sum += opened.gets(gets);
            report(store, "get-random", gets, start);
            if (sum != 2L * gets * Workload.VALUE_BYTES) {
                throw new IllegalStateException(store + " does not hold what was put");
            }
            start = System.nanoTime();
            long count = 0;
            for (int round = 0; round < 5; round++) {
                count += opened.scan();
            }
            report(store, "scan", count, start);
        }
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            opener.open(home).close();
        }
        report(store, "open", 20, start);
    }

    /** Every second page free and the list persisted: one put for each commit. */
    private void fragmented(String name) throws IOException {
        try (Store store = Stores.plinthWithPersistedFreelist(emptyFolder())) {
            FragmentedFile.prepare((PlinthStore) store);
            store.durable(true);
            byte[] value = new byte[3000];
            long start = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                long number = 2 + 4 * Long.remainderUnsigned(Workload.mix(i), 100_000) / 4;
                store.put(1, 0.5, () -> number, value);
            }
            report(name, "fragmented-1", 300, start);
        }
    }

    private void runProgram(String name, Path program) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(program.toString(), emptyFolder().toString(), part)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] pair = line.split(" ");
                add(name, pair[0], Double.parseDouble(pair[1]));
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException(program + " failed");
        }
    }

    private Path emptyFolder() throws IOException {
        Path folder = directory.resolve("store");
        BenchFolder.delete(folder);
        return Files.createDirectories(folder);
    }

    private void report(String store, String workload, long operations, long startNanos) {
        add(store, workload, operations * 1e9 / (System.nanoTime() - startNanos));
    }

    private void add(String store, String workload, double rate) {
        results.computeIfAbsent(workload, _ -> new LinkedHashMap<>())
                .computeIfAbsent(store, _ -> new ArrayList<>())
                .add(rate);
    }

    private void print() {
        List<String> stores =
                results.values().stream().flatMap(row -> row.keySet().stream()).distinct().toList();
        System.out.printf("%-24s", "operations/s, medians");
        stores.forEach(store -> System.out.printf("%14s", store));
        COMPARED.forEach(peer -> System.out.printf("%14s", "to " + peer));
        System.out.println();
        results.forEach((workload, row) -> {
            System.out.printf("%-24s", workload);
            for (String store : stores) {
                System.out.printf("%14s", text(row.get(store)));
            }
            for (String peer : COMPARED) {
                System.out.printf("%14s", ratio(row.get("plinth"), row.get(peer)));
            }
            System.out.println();
        });
    }

    private static String ratio(List<Double> ours, List<Double> theirs) {
        return ours == null || theirs == null
                ? ""
                : String.format("%.2f", median(ours) / median(theirs));
    }

    private static String text(List<Double> rates) {
        return rates == null ? "-" : String.format("%.0f", median(rates));
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }
}
