package dev.plinth.server.bolt;

import dev.plinth.pagestore.Compaction;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.Options;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code compact}: all of a database into a new file. */
@Command(
        name = "compact",
        header =
                "creates a compacted copy of the database from source path to the destination"
                        + " path, preserving the original.",
        description = {
            "compact opens a database at source path and walks it recursively, copying keys",
            "as they are found from all buckets, to a newly created database at the destination"
                    + " path.",
            "The original database is left untouched."
        },
        customSynopsis = "compact [options] -o <dst-bbolt-file> <src-bbolt-file>")
final class CompactCommand extends BoltCommand {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "string",
            defaultValue = "",
            description = "")
    private String output = "";

    @Option(names = "--tx-max-size", paramLabel = "int", defaultValue = "65536", description = "")
    private String transactionBytesMax = "65536";

    @Option(names = "--no-sync", description = "")
    private boolean isNoSync;

    CompactCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.atLeast(1);
    }

    @Override
    protected List<String> requiredFlags() {
        return List.of("output");
    }

    @Override
    void execute() throws CommandFailure {
        if (output.isEmpty()) {
            throw new CommandFailure("output file required");
        }
        Path from = source();
        Path to = path(output);
        Options options = Options.defaults().withLockWait(context().lockWait());
        Options targetOptions = isNoSync ? options.withDurability(Durability.NEVER) : options;
        try (Database source = Database.open(disk(), from, options.withReadOnly(true));
                Database target = Database.open(disk(), to, targetOptions)) {
            Compaction.copy(source, target, GoNumbers.parseInt(transactionBytesMax));
            report(disk().status(from).sizeBytes(), disk().status(to).sizeBytes());
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } catch (DatabaseException.Invalid e) {
            throw new CommandFailure(e.reason(), List.of("  " + e.getMessage()));
        }
    }

    private void report(long before, long after) throws CommandFailure {
        if (after == 0) {
            throw new CommandFailure("zero db size");
        }
        out().println(
                        String.format(
                                Locale.ROOT,
                                "%d -> %d bytes (gain=%.2fx)",
                                before,
                                after,
                                (double) before / after));
    }
}
