package dev.plinth.tools.bench;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.StoreOptions;
import dev.plinth.mvcc.WriteView;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.LessorOptions;
import dev.plinth.pagestore.Database;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code bench mvcc put}: the store by itself, in this process, without a server, a log or a
 * network. A call that meets a due flush or checkpoint of the database does it.
 */
final class StoreCommand {
    private static final long NO_LEASE = 0;

    private final BenchContext context;
    private final Disk disk;

    StoreCommand(BenchContext context, Disk disk) {
        this.context = context;
        this.disk = disk;
    }

    Command command() {
        return new Command("mvcc", "Benchmark mvcc")
                .describe(
                        "storage subcommand is a set of various benchmark tools for storage subsystem of etcd")
                .inheritedFlags(
                        List.of(
                                Flag.number(
                                        "batch-interval",
                                        100,
                                        "Interval of batching (milliseconds)"),
                                Flag.number(
                                        "batch-limit", 10_000, "A limit of batched transaction")))
                .add(
                        new Command("put", "Benchmark put performance of storage")
                                .flags(
                                        Flag.number("total", 100, "a total number of keys to put"),
                                        Flag.number("key-size", 64, "a size of key (Byte)"),
                                        Flag.number("value-size", 64, "a size of value (Byte)"),
                                        Flag.bool("txn", "put a key in transaction or not"),
                                        Flag.number(
                                                "txn-ops",
                                                1,
                                                "a number of keys to put per transaction"))
                                .does(flags -> BenchContext.guarded(() -> run(flags))));
    }

    private void run(ParsedFlags flags) throws ToolFailure, IOException {
        int total = BenchFlags.count(flags, "total", 1);
        int operations = flags.isOn("txn") ? BenchFlags.count(flags, "txn-ops", 1) : 1;
        BackendOptions defaults = BackendOptions.DEFAULT;
        BackendOptions options =
                new BackendOptions(
                        TimeUnit.MILLISECONDS.toNanos(BenchFlags.count(flags, "batch-interval", 1)),
                        BenchFlags.count(flags, "batch-limit", 1),
                        defaults.flushBytes(),
                        defaults.checkpointIntervalNanos(),
                        defaults.checkpointBytes());
        Path folder =
                Files.createTempDirectory(context.directory().toAbsolutePath(), "mvcc-bench-");
        try {
            Database database =
                    Database.open(disk, folder.resolve("db"), Backend.databaseOptions());
            try (Backend backend = Backend.open(database, options);
                    KeyValueStore store =
                            KeyValueStore.open(
                                    backend,
                                    Lessor.recover(backend, LessorOptions.DEFAULT),
                                    StoreOptions.DEFAULT)) {
                Section section = puts(flags, backend, store, total, operations);
                BenchReport report = new BenchReport(context, flags);
                report.add("", section);
                report.writeFiles();
            }
        } finally {
            delete(folder);
        }
    }

    private Section puts(
            ParsedFlags flags, Backend backend, KeyValueStore store, int total, int operations)
            throws ToolFailure {
        int keyBytes = BenchFlags.count(flags, "key-size", 1);
        int valueBytes = BenchFlags.count(flags, "value-size", 0);
        SplittableRandom random = new SplittableRandom();
        Clock clock = context.clock();
        Latencies latencies = new Latencies();
        long start = clock.monotonicNanos();
        for (int i = 0; i < total; i++) {
            byte[][] pairs = new byte[2 * operations][];
            for (int pair = 0; pair < pairs.length; pair++) {
                pairs[pair] = new byte[pair % 2 == 0 ? keyBytes : valueBytes];
                random.nextBytes(pairs[pair]);
            }
            long begin = clock.monotonicNanos();
            backend.beginEntry(i + 1L, 1);
            try (WriteView write = store.write()) {
                for (int pair = 0; pair < pairs.length; pair += 2) {
                    write.put(pairs[pair], pairs[pair + 1], NO_LEASE);
                }
            } finally {
                backend.endEntry();
            }
            backend.committer().doWork(begin);
            latencies.record(begin, clock.monotonicNanos());
        }
        return new Section("mvcc put", latencies, clock.monotonicNanos() - start);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
