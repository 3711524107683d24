package dev.plinth.server.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Usage and help texts in cobra's layout. */
final class CobraUsage {
    private static final int NAME_WIDTH_MIN = 11;
    private static final int FLAG_GAP = 3;

    private CobraUsage() {}

    /** The names from the program down to the command. */
    static String path(CommandSpec spec) {
        return spec.parent() == null ? spec.name() : path(spec.parent()) + " " + spec.name();
    }

    /** The long description, or else the short one, and the usage. */
    static String help(CommandSpec spec) {
        List<String> text =
                List.of(
                        spec.usageMessage().description().length > 0
                                ? spec.usageMessage().description()
                                : spec.usageMessage().header());
        return String.join("\n", text).stripTrailing() + "\n\n" + usage(spec);
    }

    /** Usage line, subcommands and flags. */
    static String usage(CommandSpec spec) {
        StringBuilder text = new StringBuilder("Usage:\n");
        if (((CobraCommand) spec.userObject()).isRunnable()) {
            String parent = spec.parent() == null ? "" : path(spec.parent()) + " ";
            text.append("  ").append(parent).append(useLine(spec)).append(" [flags]\n");
        }
        List<CommandSpec> subcommands = subcommands(spec);
        if (!subcommands.isEmpty()) {
            text.append("  ").append(path(spec)).append(" [command]\n\nAvailable Commands:\n");
            int width = NAME_WIDTH_MIN;
            for (CommandSpec each : subcommands) {
                width = Math.max(width, each.name().length());
            }
            for (CommandSpec each : subcommands) {
                text.append("  ")
                        .append(each.name())
                        .append(" ".repeat(width - each.name().length() + 1))
                        .append(shortText(each))
                        .append('\n');
            }
        }
        text.append("\nFlags:\n").append(flags(spec).stripTrailing()).append('\n');
        if (!subcommands.isEmpty()) {
            text.append("\nUse \"")
                    .append(path(spec))
                    .append(" [command] --help\" for more information about a command.\n");
        }
        return text.toString();
    }

    private static String useLine(CommandSpec spec) {
        String[] synopsis = spec.usageMessage().customSynopsis();
        return synopsis.length > 0 ? synopsis[0] : spec.name();
    }

    private static String shortText(CommandSpec spec) {
        return String.join("\n", spec.usageMessage().header());
    }

    private static List<CommandSpec> subcommands(CommandSpec spec) {
        return spec.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .sorted(Comparator.comparing(CommandSpec::name))
                .toList();
    }

    // ---------------------------------------------------------------- flags

    private static String flags(CommandSpec spec) {
        List<OptionSpec> options = new ArrayList<>(spec.options());
        options.sort(Comparator.comparing(CobraUsage::longName));
        int width = 0;
        for (OptionSpec option : options) {
            width = Math.max(width, left(option).length());
        }
        StringBuilder text = new StringBuilder();
        for (OptionSpec option : options) {
            String left = left(option);
            text.append(left)
                    .append(" ".repeat(width - left.length() + FLAG_GAP))
                    .append(description(spec, option))
                    .append('\n');
        }
        return text.toString();
    }

    private static String left(OptionSpec option) {
        String shortName = shortName(option);
        String start = shortName.isEmpty() ? "      --" : "  " + shortName + ", --";
        return start + longName(option) + (isBool(option) ? "" : " " + option.paramLabel());
    }

    private static String description(CommandSpec spec, OptionSpec option) {
        String text =
                switch (longName(option)) {
                    case "help" -> "help for " + spec.name();
                    case "version" -> "version for " + spec.name();
                    default -> String.join(" ", option.description());
                };
        String value = option.defaultValue();
        if (isBool(option) || value == null || value.isEmpty() || value.equals("0")) {
            return text;
        }
        boolean isText = option.paramLabel().equals("string");
        return text + " (default " + (isText ? GoText.quote(value) : value) + ")";
    }

    static boolean isBool(OptionSpec option) {
        return option.type() == boolean.class;
    }

    static String longName(OptionSpec option) {
        return option.longestName().substring(2);
    }

    /** The one-letter name with its dash; empty if there is none. */
    static String shortName(OptionSpec option) {
        String shortest = option.shortestName();
        return shortest.startsWith("--") ? "" : shortest;
    }
}
