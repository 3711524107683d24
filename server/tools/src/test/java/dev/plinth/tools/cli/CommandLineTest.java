package dev.plinth.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tools.text.Console;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console = Console.of(InputStream.nullInputStream(), out, err);

    private int run(String... words) {
        Command show =
                new Command("show <name>", "Shows")
                        .flags(
                                Flag.number("limit", 3, "how many"),
                                Flag.bool("all", "everything").withShorthand("a"),
                                Flag.texts("list", "x", "texts"))
                        .does(flags ->
                                console.println(
                                        "%s limit=%d all=%s list=%s format=%s separator=%d"
                                                .formatted(
                                                        flags.arguments(),
                                                        flags.number("limit"),
                                                        flags.isOn("all"),
                                                        flags.texts("list"),
                                                        flags.text("format"),
                                                        flags.separator())));
        Command root =
                new Command("tool", "A tool")
                        .inheritedFlags(
                                List.of(Flag.text("format", "plain", "how").withShorthand("w")))
                        .add(
                                show,
                                new Command("shake", "Shakes").does(_ -> {}),
                                new Command("group", "Group").add(show));
        return new CommandLine(root, console, false).execute(List.of(words));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void flagsAndWordsMix() {
        assertThat(
                        run(
                                "-w",
                                "json",
                                "show",
                                "a",
                                "--limit=7",
                                "b",
                                "-a",
                                "--list",
                                "p, q",
                                "--",
                                "-x"))
                .isZero();
        assertThat(out())
                .isEqualTo("[a, b, -x] limit=7 all=true list=[p, q] format=json separator=2\n");
    }

    @Test
    void namesMayBeCutShortWhereTheyAreUnique() {
        assertThat(run("sho", "-wjson")).isZero();
        assertThat(out()).contains("format=json");
        assertThat(run("sh")).isEqualTo(1);
        assertThat(err()).contains("unknown command \"sh\" for \"tool\"");
    }

    @Test
    void aMisspeltCommandIsSuggested() {
        assertThat(run("shwo")).isEqualTo(1);
        assertThat(err())
                .isEqualTo(
                        """
                        Error: unknown command "shwo" for "tool"

                        Did you mean this?
                        \tshow

                        Run 'tool --help' for usage.
                        """);
    }

    @Test
    void whatTheGrammarRefusesIsSaidBeforeTheUsage() {
        assertThat(run("show", "--limit", "x")).isEqualTo(1);
        assertThat(err())
                .startsWith(
                        "Error: invalid argument \"x\" for \"--limit\" flag: strconv.ParseInt:"
                                + " parsing \"x\": invalid syntax\nUsage:\n  tool show <name>");
        assertThat(out()).isEmpty();
    }

    @Test
    void aGroupPrintsItsHelp() {
        assertThat(run("group")).isZero();
        assertThat(out()).startsWith("Group\n\nUsage:\n  tool group [command]\n");
        assertThat(out()).contains("-w, --format string   how (default \"plain\")");
    }
}
