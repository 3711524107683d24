package dev.plinth.tools.cli;

import dev.plinth.tools.text.Console;
import java.util.ArrayList;
import java.util.List;

/** {@code help}: the help text of any command. */
public final class HelpCommand {
    private final Command root;
    private final Console console;

    /** For the commands below {@code root}. */
    public HelpCommand(Command root, Console console) {
        this.root = root;
        this.console = console;
    }

    /** The command. */
    public Command command() {
        return new Command("help [command]", "Help about any command")
                .describe(
                        """
                        Help provides help for any command in the application.
                        Simply type %s help [path to command] for full details.\
                        """
                                .formatted(root.name()))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        List<String> words = new ArrayList<>(flags.arguments());
        Command command = CommandLine.find(root, words);
        if (!words.isEmpty() && command == root) {
            console.println("Unknown help topic [" + String.join(" ", words) + "]");
        }
        console.print(HelpText.help(command));
    }
}
