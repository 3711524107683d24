package dev.plinth.tools.cli;

import dev.plinth.server.cli.GoText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Help and usage texts in cobra's layout. */
public final class HelpText {
    private static final int NAME_WIDTH_MIN = 11;
    private static final int FLAG_GAP = 3;

    private HelpText() {}

    /** What the command is for, and its usage. */
    static String help(Command command) {
        return command.longText().stripTrailing() + "\n\n" + usage(command);
    }

    /** Usage line, subcommands and flags. */
    static String usage(Command command) {
        StringBuilder text = new StringBuilder("Usage:\n");
        if (command.action() != null) {
            text.append("  ").append(command.useLine()).append(" [flags]\n");
        }
        if (!command.subcommands().isEmpty()) {
            text.append("  ").append(command.path()).append(" [command]\n");
            appendCommands(text, command);
        }
        text.append("\nFlags:\n");
        List<Flag> own = new ArrayList<>(command.listedFlags());
        own.add(Flag.bool("help", "help for " + command.name()).withShorthand("h"));
        text.append(flags(own));
        String footer = command.footer();
        if (footer.isEmpty() && command.parent() != null) {
            text.append("\nGlobal Flags:\n").append(flags(command.flagsFromAbove()));
        }
        if (!command.subcommands().isEmpty()) {
            text.append("\nUse \"")
                    .append(command.path())
                    .append(" [command] --help\" for more information about a command.\n");
        }
        if (!footer.isEmpty()) {
            text.append('\n').append(footer).append('\n');
        }
        return text.toString();
    }

    private static void appendCommands(StringBuilder text, Command command) {
        Map<String, List<Command>> groups = new LinkedHashMap<>();
        int width = NAME_WIDTH_MIN;
        for (Command each : command.subcommands()) {
            groups.computeIfAbsent(each.group(), _ -> new ArrayList<>()).add(each);
            width = Math.max(width, each.name().length());
        }
        for (Map.Entry<String, List<Command>> group : groups.entrySet()) {
            String title = group.getKey().isEmpty() ? "Available Commands" : group.getKey();
            text.append('\n').append(title).append(":\n");
            for (Command each : group.getValue()) {
                text.append("  ")
                        .append(each.name())
                        .append(" ".repeat(width - each.name().length() + 1))
                        .append(each.shortText())
                        .append('\n');
            }
        }
    }

    /** A table of flags, one per line, in order of their names. */
    public static String flags(List<Flag> flags) {
        List<Flag> sorted = new ArrayList<>(flags);
        sorted.sort(Comparator.comparing(Flag::name));
        int width = 0;
        for (Flag flag : sorted) {
            width = Math.max(width, left(flag).length());
        }
        StringBuilder text = new StringBuilder();
        for (Flag flag : sorted) {
            String left = left(flag);
            text.append(left)
                    .append(" ".repeat(width - left.length() + FLAG_GAP))
                    .append(flag.usage())
                    .append(initial(flag))
                    .append('\n');
        }
        return text.toString();
    }

    private static String left(Flag flag) {
        String start = flag.shorthand().isEmpty() ? "      --" : "  -" + flag.shorthand() + ", --";
        String label = flag.type().label();
        return start + flag.name() + (label.isEmpty() ? "" : " " + label);
    }

    /** The initial value, where it says more than nothing. */
    static String initial(Flag flag) {
        String value = flag.initial();
        boolean isNothing =
                value.isEmpty() || value.equals("0") || value.equals("false") || value.equals("0s");
        if (isNothing) {
            return "";
        }
        return switch (flag.type()) {
            case STRING -> " (default " + GoText.quote(value) + ")";
            case STRINGS -> " (default [" + value + "])";
            default -> " (default " + value + ")";
        };
    }
}
