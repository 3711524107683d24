package dev.plinth.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table against etcd 3.7's flags, type by type and default by default (server.md 1.2). */
class FlagTableTest {
    private static final String EXPECTED =
            """
            name text default
            data-dir text
            wal-dir text
            snapshot-count whole 10000
            snapshot-catchup-entries whole 5000
            heartbeat-interval whole 100
            election-timeout whole 1000
            initial-election-tick-advance bool true
            listen-peer-urls urls http://localhost:2380
            listen-client-urls urls http://localhost:2379
            listen-client-http-urls urls
            listen-metrics-urls urls
            max-snapshots whole 5
            max-wals whole 5
            memory-mlock bool false
            quota-backend-bytes whole 0
            backend-bbolt-freelist-type text
            backend-batch-interval time 0s
            backend-batch-limit whole 0
            max-txn-ops whole 128
            max-request-bytes whole 1572864
            max-concurrent-streams whole 4294967295
            grpc-keepalive-min-time time 5s
            grpc-keepalive-interval time 2h0m0s
            grpc-keepalive-timeout time 20s
            socket-reuse-port bool false
            socket-reuse-address bool false
            enable-grpc-gateway bool true
            raft-read-timeout time 5s
            raft-write-timeout time 5s
            feature-gates gates
            initial-advertise-peer-urls urls http://localhost:2380
            advertise-client-urls urls http://localhost:2379
            initial-cluster text default=http://localhost:2380
            initial-cluster-state choice new
            initial-cluster-token text etcd-cluster
            discovery-endpoints words
            discovery-token text
            discovery-dial-timeout time 2s
            discovery-request-timeout time 5s
            discovery-keepalive-time time 2s
            discovery-keepalive-timeout time 6s
            discovery-insecure-transport bool true
            discovery-insecure-skip-tls-verify bool false
            discovery-cert text
            discovery-key text
            discovery-cacert text
            discovery-user text
            discovery-password text
            discovery-fallback choice exit
            discovery-srv text
            discovery-srv-name text
            strict-reconfig-check bool true
            pre-vote bool true
            auto-compaction-retention text 0
            auto-compaction-mode text periodic
            v2-deprecation choice write-only
            cert-file text
            key-file text
            client-cert-file text
            client-key-file text
            client-cert-auth bool false
            client-crl-file text
            client-cert-allowed-hostname words
            trusted-ca-file text
            auto-tls bool false
            peer-cert-file text
            peer-key-file text
            peer-client-cert-file text
            peer-client-key-file text
            peer-client-cert-auth bool false
            peer-trusted-ca-file text
            peer-crl-file text
            peer-auto-tls bool false
            peer-cert-allowed-cn words
            peer-cert-allowed-hostname words
            peer-skip-client-san-verification bool false
            self-signed-cert-validity whole 1
            cipher-suites words
            tls-min-version text TLS1.2
            tls-max-version text
            cors words *
            host-whitelist words *
            auth-token text simple
            bcrypt-cost whole 10
            auth-token-ttl whole 300
            enable-pprof bool false
            metrics text basic
            logger text zap
            log-outputs words default
            log-level text info
            log-format text json
            enable-log-rotation bool false
            warning-apply-duration time 100ms
            warning-unary-request-duration time 300ms
            enable-distributed-tracing bool false
            distributed-tracing-address text localhost:4317
            distributed-tracing-service-name text etcd
            distributed-tracing-instance-id text
            distributed-tracing-sampling-rate whole 0
            corrupt-check-time time 0s
            compact-hash-check-time time 1m0s
            compaction-batch-limit whole 0
            compaction-sleep-interval time 0s
            watch-progress-notify-interval time 0s
            downgrade-check-time time 5s
            bootstrap-defrag-threshold-megabytes whole 0
            max-learners whole 1
            force-new-cluster bool false
            unsafe-no-fsync bool false
            config-file text
            version bool false
            """;

    @Test
    void holdsEveryFlagWithItsTypeAndDefault() {
        FlagTable table = FlagTable.standard();
        List<String> wrong = new ArrayList<>();
        for (String line : EXPECTED.lines().toList()) {
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
