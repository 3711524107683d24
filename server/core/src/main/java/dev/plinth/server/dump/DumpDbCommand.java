package dev.plinth.server.dump;

import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.LockWait;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.server.cli.CobraCommand;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoText;
import dev.plinth.server.config.GoDuration;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/**
 * A command of {@code dump-db}. What goes wrong is a dated line on the error stream, not the usage.
 */
abstract class DumpDbCommand extends CobraCommand {
    private static final String FILE_SUFFIX = "db";

    private final DumpContext context;
    private final int argumentsMin;
    private boolean failed;

    @Option(
            names = "--timeout",
            paramLabel = "duration",
            defaultValue = "10s",
            description = "Time to wait to obtain a file lock on db file, 0 to block indefinitely")
    private String timeout = "10s";

    DumpDbCommand(DumpContext context, int argumentsMin) {
        this.context = context;
        this.argumentsMin = argumentsMin;
    }

    /** The dump is not possible; the message says why. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }

    abstract void dump() throws Refusal, IOException;

    final DumpContext context() {
        return context;
    }

    final boolean hasFailed() {
        return failed;
    }

    @Override
    protected final void run() throws CommandFailure {
        try {
            if (arguments().size() < argumentsMin) {
                throw new Refusal(
                        "Must provide at least %d argument%s (got [%s])"
                                .formatted(
                                        argumentsMin,
                                        argumentsMin == 1 ? "" : "s",
                                        String.join(" ", arguments())));
            }
            dump();
        } catch (Refusal | DatabaseException | IOException e) {
            context.out().flush();
            context.log(String.valueOf(e.getMessage()));
            failed = true;
        }
    }

    /** The file that the first argument means. */
    final Path file() throws Refusal, IOException {
        String named = argument(0);
        Path path =
                named.endsWith(FILE_SUFFIX)
                        ? Path.of(named)
                        : Path.of(named, "member", "snap", FILE_SUFFIX);
        Path file = context.directory().resolve(path);
        if (!context.disk().exists(file)) {
            throw new Refusal(GoText.quote(path.toString()) + " does not exist");
        }
        return file;
    }

    /** Takes a state of the database. */
    @FunctionalInterface
    interface Reading {
        void accept(ReadTransaction transaction) throws Refusal, IOException;
    }

    final void read(Reading reading) throws Refusal, IOException {
        Options options = Options.defaults().withReadOnly(true).withLockWait(lockWait());
        try (Database database = Database.open(context.disk(), file(), options);
                ReadTransaction transaction = database.beginRead()) {
            reading.accept(transaction);
        }
    }

    private LockWait lockWait() throws Refusal {
        try {
            return LockWait.upTo(GoDuration.parseNanos(timeout), context.clock());
        } catch (IllegalArgumentException e) {
            throw new Refusal("--timeout: " + e.getMessage());
        }
    }
}
