package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code help}: another way to ask for a command's help. */
@Command(
        name = "help",
        header = "Help about any command",
        description = "Help provides help for any command in the application.",
        customSynopsis = "help [command]")
final class HelpCommand extends BoltCommand {
    HelpCommand(BoltContext context) {
        super(context);
    }

    @Override
    void execute() throws CommandFailure {
        List<String> words = new ArrayList<>(arguments());
        words.add("--help");
        int code = BoltTool.run(context(), words);
        if (code != 0) {
            throw new CommandFailure("unknown help topic: " + String.join(" ", arguments()));
        }
    }
}
