package dev.plinth.tools.cli;

import dev.plinth.tools.text.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** {@code man}: manual pages, made of what the help texts are made of. */
public final class ManualCommand {
    private static final String DIRECTORY = "directory";

    private final Command root;
    private final Console console;

    /** For the commands below {@code root}. */
    public ManualCommand(Command root, Console console) {
        this.root = root;
        this.console = console;
    }

    /** The command. */
    public Command command() {
        return new Command("man [command]", "Prints a manual page, for example to `| man -l -`")
                .flags(
                        Flag.text(
                                DIRECTORY,
                                "",
                                "write the pages of the command and of all below it there"))
                .does(flags -> {
                    List<String> words = new ArrayList<>(flags.arguments());
                    Command about = CommandLine.find(root, words);
                    if (!words.isEmpty()) {
                        throw ToolFailure.arguments("no command " + String.join(" ", words));
                    }
                    if (flags.isGiven(DIRECTORY)) {
                        write(about, Path.of(flags.text(DIRECTORY)));
                    } else {
                        console.print(page(about));
                    }
                });
    }

    private static void write(Command about, Path directory) throws ToolFailure {
        Path file = directory.resolve(title(about) + ".1");
        try {
            Files.createDirectories(directory);
            Files.writeString(file, page(about));
        } catch (IOException e) {
            throw ToolFailure.error("writing " + file + ": " + e);
        }
        for (Command below : about.subcommands()) {
            write(below, directory);
        }
    }

    private static String title(Command command) {
        return command.path().replace(' ', '-');
    }

    /** The page of a command in the language of roff. */
    static String page(Command command) {
        String name = title(command);
        StringBuilder page = new StringBuilder();
        page.append(".TH \"").append(name.toUpperCase(Locale.ROOT)).append("\" 1\n");
        page.append(".SH NAME\n")
                .append(escaped(name))
                .append(" \\- ")
                .append(escaped(command.shortText()))
                .append('\n');
        page.append(".SH SYNOPSIS\n.B ").append(escaped(command.useLine())).append('\n');
        page.append(".SH DESCRIPTION\n");
        for (String line : command.longText().split("\n", -1)) {
            page.append(line.isBlank() ? ".PP" : escaped(line)).append('\n');
        }
        if (!command.subcommands().isEmpty()) {
            page.append(".SH COMMANDS\n");
            for (Command each : command.subcommands()) {
                page.append(".TP\n.B ")
                        .append(escaped(each.name()))
                        .append('\n')
                        .append(escaped(each.shortText()))
                        .append('\n');
            }
        }
        appendFlags(page, "OPTIONS", command.ownFlags());
        appendFlags(page, "GLOBAL OPTIONS", command.flagsFromAbove());
        return page.toString();
    }

    private static void appendFlags(StringBuilder page, String title, List<Flag> flags) {
        if (flags.isEmpty()) {
            return;
        }
        page.append(".SH ").append(title).append('\n');
        List<Flag> sorted = new ArrayList<>(flags);
        sorted.sort(Comparator.comparing(Flag::name));
        for (Flag flag : sorted) {
            page.append(".TP\n.B ").append(escaped(flag.title()));
            if (!flag.type().label().isEmpty()) {
                page.append(" \\fI").append(flag.type().label()).append("\\fR");
            }
            page.append('\n').append(escaped(flag.usage() + HelpText.initial(flag))).append('\n');
        }
    }

    private static String escaped(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
