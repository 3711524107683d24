package dev.plinth.server.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs a tree of commands. Errors go to the error stream as {@code Error:} and the message,
 * followed by the usage of the command; the exit code is then 1. What was printed before stays
 * printed.
 */
public final class CobraTool {
    private static final int SUGGESTION_DISTANCE_MAX = 2;

    private final CommandLine commandLine;
    private final PrintStream out;
    private final PrintStream err;

    /**
     * A tool.
     *
     * @param commandLine whose commands are all {@link CobraCommand}s
     */
    public CobraTool(CommandLine commandLine, PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
        this.commandLine =
                commandLine
                        .setExpandAtFiles(false)
                        .setInterpolateVariables(false)
                        .setOverwrittenOptionsAllowed(true)
                        .setAllowOptionsAsOptionParameters(true)
                        .setPosixClusteredShortOptionsAllowed(false)
                        .setUnmatchedArgumentsAllowed(false);
    }

    /** Runs the command that the words name; returns the exit code. */
    public int execute(List<String> words) {
        try {
            return run(words);
        } finally {
            out.flush();
            err.flush();
        }
    }

    private int run(List<String> words) {
        CommandSpec unknownIn = unknownCommand(words);
        if (unknownIn != null) {
            return unknownCommand(unknownIn, words.getFirst());
        }
        CommandSpec spec = commandLine.getCommandSpec();
        try {
            ParseResult result = parse(words);
            while (result.hasSubcommand()) {
                result = result.subcommand();
            }
            spec = result.commandSpec();
            checkNumbers(result);
            CobraCommand command = (CobraCommand) spec.userObject();
            if (command.isHelpAsked() || !command.isRunnable()) {
                out.print(CobraUsage.help(spec));
                return 0;
            }
            command.argumentCount().require(command.arguments().size());
            checkRequired(result, command.requiredFlags());
            command.run();
            return 0;
        } catch (FlagFailure e) {
            return failed(e.spec, e.failure);
        } catch (CommandFailure e) {
            return failed(spec, e);
        }
    }

    private int failed(CommandSpec spec, CommandFailure failure) {
        out.flush();
        err.println("Error: " + failure.getMessage());
        failure.details().forEach(err::println);
        err.print(CobraUsage.usage(spec));
        err.println();
        return 1;
    }

    // ---------------------------------------------------------------- unknown commands

    /** The program, if the first word is neither a flag nor one of its commands. */
    private @Nullable CommandSpec unknownCommand(List<String> words) {
        CommandSpec root = commandLine.getCommandSpec();
        boolean isUnknown =
                !words.isEmpty()
                        && !words.getFirst().startsWith("-")
                        && !root.subcommands().isEmpty()
                        && !root.subcommands().containsKey(words.getFirst());
        return isUnknown ? root : null;
    }

    private int unknownCommand(CommandSpec root, String word) {
        err.println(
                "Error: unknown command "
                        + GoText.quote(word)
                        + " for "
                        + GoText.quote(root.name()));
        List<String> similar =
                root.subcommands().keySet().stream()
                        .filter(name ->
                                name.startsWith(word)
                                        || EditDistance.between(name, word)
                                                <= SUGGESTION_DISTANCE_MAX)
                        .sorted()
                        .toList();
        if (!similar.isEmpty()) {
            err.println("\nDid you mean this?");
            similar.forEach(name -> err.println("\t" + name));
            err.println();
        }
        err.println("Run '" + root.name() + " --help' for usage.");
        return 1;
    }

    // ---------------------------------------------------------------- flags

    private static final class FlagFailure extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient CommandSpec spec;
        private final CommandFailure failure;

        FlagFailure(CommandSpec spec, String message) {
            super(message);
            this.spec = spec;
            this.failure = new CommandFailure(message);
        }
    }

    private ParseResult parse(List<String> words) throws FlagFailure {
        try {
            return commandLine.parseArgs(words.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new FlagFailure(e.getCommandLine().getCommandSpec(), message(e));
        }
    }

    private static String message(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().getFirst();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            return name.startsWith("--")
                    ? "unknown flag: " + name
                    : "unknown shorthand flag: '" + name.charAt(1) + "' in " + word;
        }
        ArgSpec argument = e.getArgSpec();
        if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
            argument = missing.getMissing().getFirst();
        }
        if (e instanceof MissingParameterException && argument instanceof OptionSpec option) {
            return "flag needs an argument: --" + CobraUsage.longName(option);
        }
        if (argument instanceof OptionSpec option && e.getValue() != null) {
            return invalid(
                    option,
                    e.getValue(),
                    "strconv.ParseBool: parsing "
                            + GoText.quote(e.getValue())
                            + ": invalid syntax");
        }
        return String.valueOf(e.getMessage());
    }

    private static String invalid(OptionSpec option, String value, String reason) {
        String shortName = CobraUsage.shortName(option);
        return "invalid argument %s for \"%s--%s\" flag: %s"
                .formatted(
                        GoText.quote(value),
                        shortName.isEmpty() ? "" : shortName + ", ",
                        CobraUsage.longName(option),
                        reason);
    }

    private static void checkNumbers(ParseResult result) throws CommandFailure {
        for (OptionSpec option : result.matchedOptions()) {
            for (String value : option.originalStringValues()) {
                try {
                    checkNumber(option, value);
                } catch (CommandFailure e) {
                    throw new CommandFailure(
                            invalid(option, value, String.valueOf(e.getMessage())));
                }
            }
        }
    }

    private static void checkNumber(OptionSpec option, String value) throws CommandFailure {
        if (CobraUsage.isBool(option)) {
            return;
        }
        switch (option.paramLabel()) {
            case "uint" -> GoNumbers.parseUint(value);
            case "uint32" -> GoNumbers.parseUint32(value);
            case "int" -> GoNumbers.parseInt(value);
            case "float" -> GoNumbers.parseFloat(value);
            default -> {}
        }
    }

    private static void checkRequired(ParseResult result, List<String> required)
            throws CommandFailure {
        List<String> missing = new ArrayList<>();
        for (String name : required) {
            if (!result.hasMatchedOption("--" + name)) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty()) {
            missing.sort(null);
            throw new CommandFailure(
                    "required flag(s) \"" + String.join("\", \"", missing) + "\" not set");
        }
    }
}
