package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandGroup;
import picocli.CommandLine.Command;

/** The commands that only hold others. */
final class SurgeryGroups {
    private SurgeryGroups() {}

    @Command(
            name = "surgery",
            header = "surgery related commands",
            customSynopsis = "surgery <subcommand>")
    static final class Surgery extends CommandGroup {}

    @Command(
            name = "freelist",
            header = "freelist related surgery commands",
            customSynopsis = "freelist <subcommand>")
    static final class Freelist extends CommandGroup {}

    @Command(
            name = "meta",
            header = "meta page related surgery commands",
            customSynopsis = "meta <subcommand>")
    static final class Meta extends CommandGroup {}
}
