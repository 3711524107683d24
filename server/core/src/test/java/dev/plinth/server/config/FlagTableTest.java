package dev.plinth.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The table against etcd 3.7's flags, type by type and default by default (server.md 1.2). */
class FlagTableTest {
    @Test
    void holdsEveryFlagWithItsTypeAndDefault() throws IOException {
        FlagTable table = FlagTable.standard();
        List<String> wrong = new ArrayList<>();
        for (String line : expected()) {
            String[] parts = line.split(" ", 3);
            Flag flag = table.find(parts[0]);
            String expected = parts[1] + " " + (parts.length > 2 ? parts[2] : "");
            String actual = flag == null ? "missing" : kind(flag.type()) + " " + flag.defaultText();
            if (!actual.equals(expected)) {
                wrong.add(parts[0] + ": " + actual + ", expected " + expected);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static List<String> expected() throws IOException {
        try (InputStream in = FlagTableTest.class.getResourceAsStream("/surface/flags.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8).lines().toList();
        }
    }

    @Test
    void defaultsPassTheirOwnCheck() {
        for (Flag flag : FlagTable.standard().all()) {
            if (!flag.defaultText().isEmpty()) {
                assertThat(flag.type().check(flag.defaultText()))
                        .as(flag.name())
                        .isEqualTo(flag.defaultText());
            }
        }
    }

    @Test
    void helpShowsEveryFlagThatIsNotHidden() {
        FlagTable table = FlagTable.standard();
        String help = FlagHelp.flags(table);
        for (Flag flag : table.all()) {
            if (flag.group() != Flag.Group.HIDDEN) {
                assertThat(help).contains("--" + flag.name());
            }
        }
    }

    private static String kind(FlagType type) {
        return switch (type) {
            case FlagType.Text() -> "text";
            case FlagType.Bool() -> "bool";
            case FlagType.Whole(var _, var _) -> "whole";
            case FlagType.Time() -> "time";
            case FlagType.Choice(var _) -> "choice";
            case FlagType.Urls(var _) -> "urls";
            case FlagType.Words() -> "words";
            case FlagType.Gates() -> "gates";
        };
    }
}
