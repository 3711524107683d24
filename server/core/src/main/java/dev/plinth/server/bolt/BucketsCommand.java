package dev.plinth.server.bolt;

import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import picocli.CommandLine.Command;

/** {@code buckets}. */
@Command(
        name = "buckets",
        header = "print a list of buckets in bbolt database",
        customSynopsis = "buckets <bbolt-file>")
final class BucketsCommand extends BoltCommand {
    BucketsCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    void execute() throws CommandFailure {
        try (InspectedFile file = inspectWithFreePages()) {
            for (byte[] name : file.topLevelBuckets()) {
                out().writeBytes(name);
                out().write('\n');
            }
        }
    }
}
