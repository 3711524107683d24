package dev.plinth.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    private static FlagValues read(String text) throws ConfigException {
        return ConfigFile.read(text, FlagTable.standard());
    }

    @Test
    void readsScalarsListsAndMaps() throws Exception {
        FlagValues values =
                read(
                        """
                        name: 'a'
                        Data-Dir: d
                        heartbeat-interval: 50
                        watch-progress-notify-interval: 600000000000
                        pre-vote: false
                        listen-client-urls: http://127.0.0.1:2,http://127.0.0.1:1
                        log-outputs: [stderr]
                        no-such-key: 1
                        raft-read-timeout: 7
                        client-transport-security:
                          cert-file: c
                          client-cert-auth: true
                        peer-transport-security:
                          allowed-cn: [x, y]
                        socket-options:
                          reuse-port: true
                        discovery-config:
                          token: t
                          client:
                            endpoints: [e1, e2]
                            dial-timeout: 1000000000
                        """);
        assertThat(values.text("name")).isEqualTo("a");
        assertThat(values.text("data-dir")).isEqualTo("d");
        assertThat(values.number("heartbeat-interval")).isEqualTo(50);
        assertThat(values.nanos("watch-progress-notify-interval")).isEqualTo(600_000_000_000L);
        assertThat(values.bool("pre-vote")).isFalse();
        assertThat(ListenUrl.texts(values.urls("listen-client-urls")))
                .containsExactly("http://127.0.0.1:1", "http://127.0.0.1:2");
        assertThat(values.words("log-outputs")).containsExactly("stderr");
        assertThat(values.isGiven("raft-read-timeout")).isFalse();
        assertThat(values.text("cert-file")).isEqualTo("c");
        assertThat(values.bool("client-cert-auth")).isTrue();
        assertThat(values.words("peer-cert-allowed-cn")).containsExactly("x", "y");
        assertThat(values.bool("socket-reuse-port")).isTrue();
        assertThat(values.text("discovery-token")).isEqualTo("t");
        assertThat(values.words("discovery-endpoints")).containsExactly("e1", "e2");
        assertThat(values.nanos("discovery-dial-timeout")).isEqualTo(1_000_000_000L);
    }

    @Test
    void readsJsonAndTheEmptyFile() throws Exception {
        assertThat(read("{\"name\": \"j\", \"max-txn-ops\": 7}").number("max-txn-ops"))
                .isEqualTo(7);
        assertThat(read("").text("name")).isEqualTo("default");
    }

    @Test
    void listeningWithoutAdvertisingIsAllowedInAFile() throws Exception {
        ServerConfig config = ConfigRules.conclude(read("listen-client-urls: http://127.0.0.1:1"));
        assertThat(ListenUrl.texts(config.cluster().advertiseClient()))
                .containsExactly("http://localhost:2379");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen-peer-urls: xx | unexpected error setting up listen-peer-urls: URL scheme",
                "grpc-keepalive-min-time: 5s | error unmarshaling JSON: grpc-keepalive-min-time",
                "max-txn-ops: x | error unmarshaling JSON: max-txn-ops: parse error",
                "client-transport-security: 1 | error unmarshaling JSON: client-transport-security",
                "a: b: c | error converting YAML to JSON",
                "[1] | error unmarshaling JSON: the file: is no map"
            })
    void refusesWhatDoesNotFit(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message);
    }
}
