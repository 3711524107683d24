package dev.plinth.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagParserTest {
    private final FlagParser parser = new FlagParser(FlagTable.standard());

    private FlagValues values(String... arguments) throws FlagException {
        return parser.parse(List.of(arguments)).values();
    }

    @Test
    void takesOneOrTwoDashesAndBothWaysOfGivingAValue() throws FlagException {
        FlagValues values =
                values("-name", "a", "--data-dir=d", "--max-txn-ops", "0x10", "-pre-vote=F");
        assertThat(values.text("name")).isEqualTo("a");
        assertThat(values.text("data-dir")).isEqualTo("d");
        assertThat(values.number("max-txn-ops")).isEqualTo(16);
        assertThat(values.bool("pre-vote")).isFalse();
    }

    @Test
    void boolTakesNoSeparateValueSoTheNextWordEndsTheFlags() throws FlagException {
        FlagParser.Result result = parser.parse(List.of("--pre-vote", "false", "--name", "a"));
        assertThat(result.values().bool("pre-vote")).isTrue();
        assertThat(result.rest()).containsExactly("false", "--name", "a");
    }

    @Test
    void doubleDashEndsTheFlags() throws FlagException {
        assertThat(parser.parse(List.of("--name=a", "--", "--nosuch")).rest())
                .containsExactly("--nosuch");
    }

    @Test
    void lastValueWins() throws FlagException {
        assertThat(values("--name=a", "--name=b").text("name")).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nosuch | flag provided but not defined: -nosuch",
                "-nosuch=1 | flag provided but not defined: -nosuch",
                "---x | bad flag syntax: ---x",
                "--=x | bad flag syntax: --=x",
                "--name | flag needs an argument: -name",
                "--max-txn-ops=abc | invalid value \"abc\" for flag -max-txn-ops: parse error",
                "--max-txn-ops=-1 | invalid value \"-1\" for flag -max-txn-ops: parse error",
                "--max-concurrent-streams=4294967296 | invalid value \"4294967296\" for flag"
                        + " -max-concurrent-streams: value out of range",
                "--pre-vote=abc | invalid boolean value \"abc\" for -pre-vote: parse error",
                "--initial-cluster-state=foo | invalid value \"foo\" for flag"
                        + " -initial-cluster-state: invalid value",
                "--feature-gates=Bad=true | invalid value \"Bad=true\" for flag -feature-gates:"
                        + " unrecognized feature gate: Bad",
                "--listen-client-urls=xx | invalid value \"xx\" for flag -listen-client-urls: URL"
                        + " scheme must be http, https, unix, or unixs: xx",
                "--listen-client-urls=http://a | invalid value \"http://a\" for flag"
                        + " -listen-client-urls: URL address does not have the form"
                        + " \"host:port\": http://a",
                "--listen-client-urls=http://a:1/x | invalid value \"http://a:1/x\" for flag"
                        + " -listen-client-urls: URL must not contain a path: http://a:1/x",
                "--grpc-keepalive-min-time=5 | invalid value \"5\" for flag"
                        + " -grpc-keepalive-min-time: parse error"
            })
    void refusesWithGosText(String argument, String message) {
        assertThatThrownBy(() -> values(argument))
                .isInstanceOf(FlagException.class)
                .hasMessage(message);
    }

    @Test
    void urlsAreKeptSorted() throws FlagException {
        assertThat(
                        ListenUrl.texts(
                                values("--listen-peer-urls=http://b:2,http://a:1")
                                        .urls("listen-peer-urls")))
                .containsExactly("http://a:1", "http://b:2");
    }

    @Test
    void helpIsFoundAmongFlags() throws FlagException {
        assertThat(parser.parse(List.of("--name=a", "-h")).isHelpAsked()).isTrue();
        assertThat(parser.parse(List.of("--help")).isHelpAsked()).isTrue();
    }

    @Test
    void formerSpellingsSetThePresentFlag() throws FlagException {
        FlagValues values =
                values(
                        "--experimental-warning-apply-duration=1s",
                        "--experimental-initial-corrupt-check");
        assertThat(values.nanos("warning-apply-duration")).isEqualTo(1_000_000_000L);
        assertThat(values.featureGates().isOn("InitialCorruptCheck")).isTrue();
        assertThat(values.formerNames()).hasSize(2);
    }

    @Test
    void swallowedNamesTakeAnyValue() throws FlagException {
        assertThat(values("--snapshot=whatever", "--vv=1").ignoredNames())
                .containsExactly("snapshot", "vv");
    }
}
