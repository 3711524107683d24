package dev.plinth.tools.cli;

import dev.plinth.server.cli.EditDistance;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.text.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs the command that a line of words names. What fails goes to the error stream as {@code
 * Error:} and one line; a line that the grammar refuses is followed by the usage of the command.
 */
public final class CommandLine {
    private static final int SUGGESTION_DISTANCE_MAX = 2;

    private final Command root;
    private final Console console;
    private final boolean repeatsErrors;

    /**
     * A tool.
     *
     * @param repeatsErrors whether what the grammar refuses is told a second time at the end
     */
    public CommandLine(Command root, Console console, boolean repeatsErrors) {
        this.root = root;
        this.console = console;
        this.repeatsErrors = repeatsErrors;
    }

    /** Runs the words; returns the exit code. */
    public int execute(List<String> words) {
        List<String> rest = new ArrayList<>(words);
        Command command = find(root, rest);
        try {
            if (command == root && hasUnknownCommand(rest)) {
                return unknownCommand(firstWord(rest));
            }
            ParsedFlags flags;
            try {
                flags = ParsedFlags.parse(command, rest);
                if (!flags.isHelpAsked() && command.action() != null) {
                    requireFlags(flags);
                }
            } catch (ToolFailure e) {
                return refused(command, e.text());
            }
            Command.Action action = command.action();
            if (flags.isHelpAsked() || action == null) {
                console.print(HelpText.help(command));
                return 0;
            }
            action.run(flags);
            return 0;
        } catch (ToolFailure e) {
            return failed(e);
        } finally {
            console.flush();
        }
    }

    private int failed(ToolFailure failure) {
        console.flush();
        if (!failure.isSilent()) {
            console.error("Error: " + failure.text());
        }
        return failure.code();
    }

    private int refused(Command command, String message) {
        console.error("Error: " + message);
        console.error(HelpText.usage(command));
        if (repeatsErrors) {
            console.error("Error: " + message);
        }
        return ToolFailure.ERROR;
    }

    private static void requireFlags(ParsedFlags flags) throws ToolFailure {
        List<String> missing = new ArrayList<>();
        for (Flag flag : flags.command().ownFlags()) {
            if (flag.isRequired() && !flags.isGiven(flag.name())) {
                missing.add(flag.name());
            }
        }
        if (!missing.isEmpty()) {
            missing.sort(null);
            throw ToolFailure.error(
                    "required flag(s) \"" + String.join("\", \"", missing) + "\" not set");
        }
    }

    // ---------------------------------------------------------------- which command

    /** The command that the words name; takes its names out of them. */
    public static Command find(Command from, List<String> words) {
        int at = firstWordIndex(from, words);
        if (at < 0) {
            return from;
        }
        Command sub = from.subcommand(words.get(at));
        if (sub == null) {
            return from;
        }
        words.remove(at);
        return find(sub, words);
    }

    /** Index of the first word that is neither a flag nor a flag's value; -1 if there is none. */
    private static int firstWordIndex(Command command, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                return -1;
            }
            if (!word.startsWith("-") || word.length() == 1) {
                return i;
            }
            boolean isLong = word.startsWith("--");
            if (word.indexOf('=') >= 0 || (!isLong && word.length() > 2)) {
                continue;
            }
            Flag flag =
                    isLong ? command.flag(word.substring(2)) : command.flagOfLetter(word.charAt(1));
            if (flag != null && flag.type() != FlagType.BOOL) {
                i++;
            }
        }
        return -1;
    }

    private boolean hasUnknownCommand(List<String> words) {
        return firstWordIndex(root, words) >= 0;
    }

    private String firstWord(List<String> words) {
        return words.get(firstWordIndex(root, words));
    }

    private int unknownCommand(String word) {
        StringBuilder message =
                new StringBuilder("unknown command ")
                        .append(GoText.quote(word))
                        .append(" for ")
                        .append(GoText.quote(root.name()));
        List<String> similar = similar(word);
        if (!similar.isEmpty()) {
            message.append("\n\nDid you mean this?\n");
            similar.forEach(name -> message.append('\t').append(name).append('\n'));
        }
        console.error("Error: " + message);
        console.error("Run '" + root.name() + " --help' for usage.");
        if (repeatsErrors) {
            console.error("Error: " + message);
        }
        return ToolFailure.ERROR;
    }

    private List<String> similar(String word) {
        String typed = word.toLowerCase(Locale.ROOT);
        List<String> similar = new ArrayList<>();
        for (Command each : root.subcommands()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            if (name.startsWith(typed)
                    || EditDistance.between(name, typed) <= SUGGESTION_DISTANCE_MAX) {
                similar.add(each.name());
            }
        }
        return similar;
    }
}
