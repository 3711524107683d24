package dev.plinth.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigRulesTest {
    private static ServerConfig conclude(String... arguments) throws Exception {
        FlagValues values = new FlagParser(FlagTable.standard()).parse(List.of(arguments)).values();
        return ConfigRules.conclude(values);
    }

    @Test
    void defaultsMakeAMemberOnTheLocalPorts() throws Exception {
        ServerConfig config = conclude();
        assertThat(config.identity().dataDir()).hasToString("default.etcd");
        assertThat(config.identity().wasDataDirDefaulted()).isTrue();
        assertThat(config.cluster().initial().canonicalText())
                .isEqualTo("default=http://localhost:2380");
        assertThat(config.raft().electionTicks()).isEqualTo(10);
        assertThat(config.raft().requestTimeoutNanos()).isEqualTo(7_000_000_000L);
        assertThat(config.storage().quotaBytes()).isEqualTo(2L << 30);
        assertThat(config.compat()).isEqualTo(CompatVersion.V3_7);
    }

    @Test
    void initialClusterFollowsNameAndAdvertisedUrls() throws Exception {
        ServerConfig config =
                conclude("--name=a", "--initial-advertise-peer-urls=http://10.0.0.1:2380");
        assertThat(config.cluster().initial().canonicalText()).isEqualTo("a=http://10.0.0.1:2380");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--listen-peer-urls=http://foo.bar:1 | expected IP in URL for binding"
                        + " (http://foo.bar:1)",
                "--listen-client-urls=http://127.0.0.1:1 | --advertise-client-urls is required when"
                        + " --listen-client-urls is set explicitly",
                "--enable-distributed-tracing --distributed-tracing-sampling-rate=-1 | distributed"
                        + " tracing configurition is not valid: (tracing sampling rate must be"
                        + " positive)",
                "--enable-distributed-tracing --distributed-tracing-sampling-rate=1000001 |"
                        + " distributed tracing configurition is not valid: (tracing sampling rate"
                        + " must be less than 1000000)",
                "--heartbeat-interval=0 | --heartbeat-interval must be >0 (set to 0ms)",
                "--election-timeout=0 | --election-timeout must be >0 (set to 0ms)",
                "--heartbeat-interval=300 | --election-timeout[1000ms] should be at least as 5 times"
                        + " as --heartbeat-interval[300ms]",
                "--election-timeout=60000 | --election-timeout[60000ms] is too long, and should be"
                        + " set less than 50000ms",
                "--auto-compaction-mode=zz | unknown auto-compaction-mode \"zz\"",
                "--auto-compaction-mode= | undefined auto-compaction-mode",
                "--auto-compaction-retention=x | error parsing CompactionRetention: time: invalid"
                        + " duration \"x\"",
                "--compact-hash-check-time=0 | --compact-hash-check-time must be >0 (set to 0s)",
                "--feature-gates=LeaseCheckpointPersist=true | enabling feature gate"
                        + " LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint",
                "--tls-min-version=TLS1.0 | unexpected TLS version \"TLS1.0\" (must be one of:"
                        + " TLS1.2, TLS1.3)",
                "--logger=capnslog | --logger=capnslog is removed in v3.5",
                "--logger=x | unknown logger option \"x\"",
                "--log-outputs=default,stdout | multi logoutput for \"default\" is not supported yet",
                "--log-format=x | unknown log format: x, supported values json, console",
                "--enable-log-rotation | --log-outputs requires a single file path when"
                        + " --log-rotate-config-json is defined",
                "--discovery-token=x | both --discovery-token and --discovery-endpoints must be set",
                "--discovery-fallback=proxy | v2 proxy is deprecated, and --discovery-fallback can't"
                        + " be configured as \"proxy\""
            })
    void refusesWithEtcdsText(String argument, String message) {
        assertThatThrownBy(() -> conclude(argument.split(" ")))
                .isInstanceOf(ConfigException.class)
                .hasMessage(message);
    }

    @Test
    void moreThanOneWayToFindTheClusterIsRefused() {
        assertThatThrownBy(
                        () -> conclude("--initial-cluster=a=http://a:1", "--discovery-srv=example"))
                .hasMessageStartingWith("multiple discovery or bootstrap flags are set.");
    }

    @Test
    void httpsNeedsACertificate() {
        assertThatThrownBy(() ->
                        conclude(
                                "--listen-client-urls=https://127.0.0.1:1",
                                "--advertise-client-urls=https://127.0.0.1:1"))
                .hasMessage(
                        "TLS key/cert (--cert-file, --key-file) must be provided for client url"
                                + " https://127.0.0.1:1 with HTTPS scheme");
    }

    @Test
    void variablesSetFlagsAndUnknownOnesAreTold() throws Exception {
        FlagValues values = new FlagParser(FlagTable.standard()).parse(List.of()).values();
        List<Environment.Note> notes =
                Environment.apply(
                        Map.of(
                                "ETCD_NAME", "a",
                                "ETCD_DATA_DIR", "",
                                "ETCD_NOSUCH", "1",
                                "PATH", "x"),
                        values);
        assertThat(values.text("name")).isEqualTo("a");
        assertThat(values.isGiven("data-dir")).isFalse();
        assertThat(notes)
                .extracting(Environment.Note::message)
                .containsExactly(
                        "recognized and used environment variable",
                        "unrecognized environment variable");
    }

    @Test
    void flagAndVariableForTheSameSettingIsRefused() throws Exception {
        FlagValues values =
                new FlagParser(FlagTable.standard()).parse(List.of("--name=a")).values();
        assertThatThrownBy(() -> Environment.apply(Map.of("ETCD_NAME", "b"), values))
                .hasMessageStartingWith(
                        "conflicting environment variable is shadowed by corresponding command-line"
                                + " flag");
    }

    @Test
    void malformedVariableIsRefused() throws Exception {
        FlagValues values = new FlagParser(FlagTable.standard()).parse(List.of()).values();
        assertThatThrownBy(() -> Environment.apply(Map.of("ETCD_MAX_TXN_OPS", "x"), values))
                .hasMessage("invalid value \"x\" for ETCD_MAX_TXN_OPS: parse error");
    }
}
