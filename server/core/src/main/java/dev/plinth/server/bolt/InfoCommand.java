package dev.plinth.server.bolt;

import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import picocli.CommandLine.Command;

/** {@code info}. */
@Command(
        name = "info",
        header = "prints basic information about the bbolt database.",
        customSynopsis = "info <bbolt-file>")
final class InfoCommand extends BoltCommand {
    InfoCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    void execute() throws CommandFailure {
        try (InspectedFile file = inspect()) {
            out().println("Page Size: " + file.pageSize());
        }
    }
}
