package dev.plinth.server.bolt;

import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.Options;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.server.cli.GoText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench}: the reference's synthetic load. Profiles are recordings of the Java flight
 * recorder; the three profile flags differ in the file's name alone.
 */
@Command(name = "bench", header = "run synthetic benchmark against bbolt", customSynopsis = "bench")
final class BenchCommand extends BoltCommand {
    private static final Set<String> WRITE_MODES = Set.of("seq", "rnd", "seq-nest", "rnd-nest");
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    @Option(names = "--batch-size", paramLabel = "int", defaultValue = "0", description = "")
    private String batchSize = "0";

    @Option(names = "--blockprofile", paramLabel = "string", defaultValue = "", description = "")
    private String blockProfile = "";

    @Option(names = "--count", paramLabel = "int", defaultValue = "1000", description = "")
    private String count = "1000";

    @Option(names = "--cpuprofile", paramLabel = "string", defaultValue = "", description = "")
    private String cpuProfile = "";

    @Option(names = "--fill-percent", paramLabel = "float", defaultValue = "0.5", description = "")
    private String fillPercent = "0.5";

    @Option(names = "--gobench-output", description = "")
    private boolean isGoBenchOutput;

    @Option(
            names = "--initial-mmap-size",
            paramLabel = "int",
            defaultValue = "0",
            description = "Set initial mmap size in bytes for database file.")
    private String initialMapBytes = "0";

    @Option(names = "--key-size", paramLabel = "int", defaultValue = "8", description = "")
    private String keySize = "8";

    @Option(names = "--memprofile", paramLabel = "string", defaultValue = "", description = "")
    private String memoryProfile = "";

    @Option(names = "--no-sync", description = "")
    private boolean isNoSync;

    @Option(
            names = "--page-size",
            paramLabel = "int",
            defaultValue = "4096",
            description = "Set page size in bytes.")
    private String pageSize = "4096";

    @Option(names = "--path", paramLabel = "string", defaultValue = "", description = "")
    private String file = "";

    @Option(names = "--profile-mode", paramLabel = "string", defaultValue = "rw", description = "")
    private String profileMode = "rw";

    @Option(names = "--read-mode", paramLabel = "string", defaultValue = "seq", description = "")
    private String readMode = "seq";

    @Option(names = "--value-size", paramLabel = "int", defaultValue = "32", description = "")
    private String valueSize = "32";

    @Option(names = "--work", description = "")
    private boolean isKept;

    @Option(names = "--write-mode", paramLabel = "string", defaultValue = "seq", description = "")
    private String writeMode = "seq";

    BenchCommand(BoltContext context) {
        super(context);
    }

    @Override
    void execute() throws CommandFailure {
        long operations = GoNumbers.parseInt(count);
        long batch = GoNumbers.parseInt(batchSize);
        if (batch > 0 && operations % batch != 0) {
            throw new CommandFailure(
                    "the number of iterations must be divisible by the batch size");
        }
        if (!WRITE_MODES.contains(writeMode)) {
            throw new CommandFailure(
                    "the write mode should be one of seq, rnd, seq-nest, or rnd-nest");
        }
        BoltBenchmark.Load load =
                new BoltBenchmark.Load(
                        writeMode,
                        readMode,
                        operations,
                        batch <= 0 ? operations : batch,
                        atLeast("--key-size", keySize, Integer.BYTES),
                        atLeast("--value-size", valueSize, 0),
                        GoNumbers.parseFloat(fillPercent));
        Path path = file.isEmpty() ? temporaryFile() : path(file);
        if (isKept) {
            context().err().println("work: " + path);
        }
        try (BenchProfile profile =
                new BenchProfile(
                        profileMode, this::path, cpuProfile, memoryProfile, blockProfile)) {
            measure(path, load, profile);
        } finally {
            if (!isKept) {
                remove(path);
            }
        }
    }

    private static int atLeast(String flag, String text, int min) throws CommandFailure {
        long value = GoNumbers.parseInt(text);
        if (value < min || value > Integer.MAX_VALUE) {
            throw new CommandFailure(flag + " must be at least " + min + ", but got " + value);
        }
        return (int) value;
    }

    private Path temporaryFile() {
        return context()
                .temporary()
                .resolve("bolt-bench-" + Long.toUnsignedString(context().random().nextLong()));
    }

    private void remove(Path path) throws CommandFailure {
        try {
            if (disk().exists(path)) {
                disk().unlink(path);
            }
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private void measure(Path path, BoltBenchmark.Load load, BenchProfile profile)
            throws CommandFailure {
        Options options =
                options()
                        .withInitialMapBytes(Math.max(0, GoNumbers.parseInt(initialMapBytes)))
                        .withDurability(isNoSync ? Durability.NEVER : Durability.EVERY_COMMIT)
                        .withLockWait(context().lockWait());
        BoltBenchmark benchmark = new BoltBenchmark(context(), load);
        try (Database database = Database.open(disk(), path, options)) {
            context().err().println("starting write benchmark.");
            profile.beforeWrites();
            Result writes = timed(benchmark.completedWrites(), () -> benchmark.write(database));
            profile.afterWrites();
            context().err().println("starting read benchmark.");
            profile.beforeReads();
            Result reads = timed(benchmark.completedReads(), () -> benchmark.read(database));
            profile.afterReads();
            print(writes, reads);
        }
    }

    private Options options() throws CommandFailure {
        try {
            return Options.defaults().withPageSize((int) GoNumbers.parseInt(pageSize));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private record Result(long operations, long nanos) {
        long nanosEach() {
            return operations == 0 ? 0 : nanos / operations;
        }

        long perSecond() {
            return nanosEach() == 0 ? 0 : NANOS_PER_SECOND / nanosEach();
        }
    }

    private Result timed(LongAdder completed, SurgeryCommand.Operation operation)
            throws CommandFailure {
        try (BenchProgress _ = new BenchProgress(context().err(), context().clock(), completed)) {
            long start = context().clock().monotonicNanos();
            operation.run();
            return new Result(completed.sum(), context().clock().monotonicNanos() - start);
        }
    }

    private void print(Result writes, Result reads) {
        if (isGoBenchOutput) {
            printGoBench("BenchmarkWrite", writes);
            printGoBench("BenchmarkRead ", reads);
        } else {
            print("# Write", writes);
            print("# Read", reads);
        }
        out().println();
    }

    private void print(String name, Result result) {
        out().println(
                        "%s\t%d(ops)\t%s\t(%s/op)\t(%d op/sec)"
                                .formatted(
                                        name,
                                        result.operations,
                                        GoText.duration(result.nanos),
                                        GoText.duration(result.nanosEach()),
                                        result.perSecond()));
    }

    private void printGoBench(String name, Result result) {
        double each = result.operations == 0 ? 0 : (double) result.nanos / result.operations;
        // Go's benchmarks print fewer decimals the longer one operation takes.
        String number =
                each >= 999.95 || each == 0
                        ? String.format(Locale.ROOT, "%10.0f", each)
                        : each >= 99.995
                                ? String.format(Locale.ROOT, "%12.1f", each)
                                : each >= 9.9995
                                        ? String.format(Locale.ROOT, "%13.2f", each)
                                        : String.format(Locale.ROOT, "%14.3f", each);
        out().println("%s\t%8d\t%s ns/op".formatted(name, result.operations, number));
    }
}
