package dev.plinth.server.config;

import dev.plinth.server.config.Flag.Group;
import dev.plinth.server.config.Flag.Standing;
import dev.plinth.server.config.FlagType.Bool;
import dev.plinth.server.config.FlagType.Choice;
import dev.plinth.server.config.FlagType.Gates;
import dev.plinth.server.config.FlagType.Text;
import dev.plinth.server.config.FlagType.Time;
import dev.plinth.server.config.FlagType.Urls;
import dev.plinth.server.config.FlagType.Whole;
import dev.plinth.server.config.FlagType.Words;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every flag that the server knows: those of etcd 3.7, the {@code experimental-} spellings of 3.5
 * and 3.6, the names that etcd swallows, and ours.
 *
 * <p>Source: server.md 1.2. Immutable.
 */
public final class FlagTable {
    private static final Standing ACTIVE = new Standing.Active();
    private static final String LOCAL_CLIENT = "http://localhost:2379";
    private static final String LOCAL_PEER = "http://localhost:2380";

    private final Map<String, Flag> flags = new LinkedHashMap<>();
    private Group group = Group.MEMBER;

    private FlagTable() {}

    /** The table of this release. */
    public static FlagTable standard() {
        FlagTable table = new FlagTable();
        table.addMember();
        table.addClustering();
        table.addSecurity();
        table.addAuth();
        table.addMonitoring();
        table.addMaintenance();
        table.addUnsafeAndOther();
        table.addOwn();
        table.addFormerSpellings();
        table.addSwallowed();
        return table;
    }

    /** The flag of a name, or null. */
    public @Nullable Flag find(String name) {
        return flags.get(name);
    }

    /** All flags in the order of the help. */
    public Collection<Flag> all() {
        return Collections.unmodifiableCollection(flags.values());
    }

    private void addMember() {
        group = Group.MEMBER;
        text("name", "default", "Name of this member; unique in its cluster.");
        text("data-dir", "", "Folder of all state; empty means NAME.etcd.");
        text("wal-dir", "", "Folder of the log, if it is to be apart from the data.");
        uint64("snapshot-count", "10000", "Applied entries between two snapshots on disk.");
        uint64(
                "snapshot-catchup-entries",
                "5000",
                "Log entries kept in memory below a snapshot for slow followers.");
        uint64("heartbeat-interval", "100", "Milliseconds between two heartbeats.");
        uint64("election-timeout", "1000", "Milliseconds without a leader before an election.");
        bool(
                "initial-election-tick-advance",
                "true",
                "Skip most of the first election timeout at boot.");
        urls("listen-peer-urls", LOCAL_PEER, "Where to listen for other members.");
        urls("listen-client-urls", LOCAL_CLIENT, "Where to listen for clients, gRPC and HTTP.");
        optionalUrls(
                "listen-client-http-urls",
                "Where to listen for clients' HTTP alone; takes HTTP off listen-client-urls.");
        optionalUrls("listen-metrics-urls", "More listeners for metrics and health.");
        uint64("max-snapshots", "5", "Snapshot files kept; 0 keeps all.");
        uint64("max-wals", "5", "Log files kept; 0 keeps all.");
        bool("memory-mlock", "false", "Lock the process's pages in memory.");
        int64(
                "quota-backend-bytes",
                "0",
                "Size of the database at which writes stop; 0 means 2 GiB, below 0 no limit.");
        inert(
                "backend-bbolt-freelist-type",
                new Text(),
                "",
                "Form of the free list, array or map.",
                "one form of the free list serves both");
        time("backend-batch-interval", "0s", "Greatest age of uncommitted changes; 0 is 100ms.");
        int64("backend-batch-limit", "0", "Greatest number of uncommitted changes; 0 is 10000.");
        uint64("max-txn-ops", "128", "Operations that a transaction may have.");
        uint64("max-request-bytes", "1572864", "Size of the largest request, in bytes.");
        add(
                "max-concurrent-streams",
                Whole.UINT32,
                "4294967295",
                "Streams that a client may have open on one connection.",
                ACTIVE);
        time("grpc-keepalive-min-time", "5s", "Shortest time between two pings of a client.");
        time("grpc-keepalive-interval", "2h0m0s", "Time between two pings to a client; 0 is off.");
        time("grpc-keepalive-timeout", "20s", "Time to wait for the answer to a ping.");
        bool("socket-reuse-port", "false", "Set SO_REUSEPORT on listeners.");
        bool("socket-reuse-address", "false", "Set SO_REUSEADDR on listeners.");
        bool("enable-grpc-gateway", "true", "Serve the API as JSON over HTTP too.");
        time("raft-read-timeout", "5s", "Read timeout of a connection between members.");
        time("raft-write-timeout", "5s", "Write timeout of a connection between members.");
        add("feature-gates", new Gates(), "", "Feature gates, Name=true|false,…", ACTIVE);
    }

    private void addClustering() {
        group = Group.CLUSTERING;
        urls("initial-advertise-peer-urls", LOCAL_PEER, "This member's URLs as peers see them.");
        urls("advertise-client-urls", LOCAL_CLIENT, "This member's URLs as clients see them.");
        text(
                "initial-cluster",
                "default=" + LOCAL_PEER,
                "The first members, name=url,…; a name may be repeated.");
        add(
                "initial-cluster-state",
                new Choice(List.of("new", "existing")),
                "new",
                "Whether a new cluster is made or an existing one joined.",
                ACTIVE);
        text("initial-cluster-token", "etcd-cluster", "Tells clusters with equal URLs apart.");
        words("discovery-endpoints", "", "Endpoints of the discovery service.");
        text("discovery-token", "", "Token of the cluster at the discovery service.");
        time("discovery-dial-timeout", "2s", "Time to reach the discovery service.");
        time("discovery-request-timeout", "5s", "Time of one request to it.");
        time("discovery-keepalive-time", "2s", "Time between two pings to it.");
        time("discovery-keepalive-timeout", "6s", "Time to wait for the answer to a ping.");
        bool("discovery-insecure-transport", "true", "Talk to it without TLS.");
        bool("discovery-insecure-skip-tls-verify", "false", "Do not verify its certificate.");
        text("discovery-cert", "", "Certificate shown to it.");
        text("discovery-key", "", "Key of that certificate.");
        text("discovery-cacert", "", "Authorities that vouch for it.");
        text("discovery-user", "", "User at it, name or name:password.");
        text("discovery-password", "", "Password at it.");
        add(
                "discovery-fallback",
                new Choice(List.of("exit", "proxy")),
                "exit",
                "What to do when discovery fails.",
                ACTIVE);
        text("discovery-srv", "", "Domain whose SRV records name the members.");
        text("discovery-srv-name", "", "Suffix of the service's name in those records.");
        bool("strict-reconfig-check", "true", "Refuse member changes that would lose quorum.");
        bool("pre-vote", "true", "Ask before an election whether it could be won.");
        text("auto-compaction-retention", "0", "How much history is kept; 0 keeps all.");
        text("auto-compaction-mode", "periodic", "Unit of the retention: periodic or revision.");
        inert(
                "v2-deprecation",
                new Choice(
                        List.of(
                                "write-only",
                                "write-only-skip-check",
                                "write-only-drop-data",
                                "gone")),
                "write-only",
                "Phase of the end of the v2 store.",
                "there is no v2 store to keep or drop");
    }

    private void addSecurity() {
        group = Group.SECURITY;
        text("cert-file", "", "Certificate of the client listeners.");
        text("key-file", "", "Its key.");
        text("client-cert-file", "", "Certificate when this server is a client of clients' TLS.");
        text("client-key-file", "", "Its key.");
        bool("client-cert-auth", "false", "Demand certificates of clients.");
        text("client-crl-file", "", "Revoked client certificates.");
        words("client-cert-allowed-hostname", "", "Host names accepted in client certificates.");
        text("trusted-ca-file", "", "Authorities of client certificates; demands them.");
        bool("auto-tls", "false", "Make a certificate for the client listeners.");
        text("peer-cert-file", "", "Certificate of the peer listeners.");
        text("peer-key-file", "", "Its key.");
        text("peer-client-cert-file", "", "Certificate when dialling peers.");
        text("peer-client-key-file", "", "Its key.");
        bool("peer-client-cert-auth", "false", "Demand certificates of peers.");
        text("peer-trusted-ca-file", "", "Authorities of peer certificates.");
        text("peer-crl-file", "", "Revoked peer certificates.");
        bool("peer-auto-tls", "false", "Make a certificate for the peer listeners.");
        words("peer-cert-allowed-cn", "", "Common names accepted of peers.");
        words("peer-cert-allowed-hostname", "", "Host names accepted of peers.");
        bool("peer-skip-client-san-verification", "false", "Do not match peers' addresses.");
        uint64("self-signed-cert-validity", "1", "Years that made certificates are valid.");
        words("cipher-suites", "", "Cipher suites of TLS 1.2 and below.");
        text("tls-min-version", "TLS1.2", "Lowest TLS version: TLS1.2 or TLS1.3.");
        text("tls-max-version", "", "Highest TLS version: TLS1.2 or TLS1.3; empty is no limit.");
        words("cors", "*", "Origins that browsers may call from.");
        words("host-whitelist", "*", "Host names accepted over HTTP without TLS.");
    }

    private void addAuth() {
        group = Group.AUTH;
        text("auth-token", "simple", "Kind of token: simple, or jwt,key=value,…");
        uint64("bcrypt-cost", "10", "Cost of hashing a password, 4 to 31.");
        uint64("auth-token-ttl", "300", "Seconds that a simple token lives unused.");
    }

    private void addMonitoring() {
        group = Group.MONITORING;
        bool(
                "enable-pprof",
                "false",
                "Serve threads, heap and flight recorder under /debug of the client listeners.");
        text("metrics", "basic", "basic, or extensive for histograms of every call.");
        text("logger", "zap", "Layout of the log; zap is the only one.");
        words("log-outputs", "default", "default, stderr, stdout, systemd/journal or files.");
        text("log-level", "info", "debug, info, warn, error, dpanic, panic or fatal.");
        text("log-format", "json", "json or console.");
        bool("enable-log-rotation", "false", "Rotate the one log file.");
        text(
                "log-rotation-config-json",
                "{\"maxsize\": 100, \"maxage\": 0, \"maxbackups\": 0, \"localtime\": false,"
                        + " \"compress\": false}",
                "Sizes in megabytes, ages in days.");
        time("warning-apply-duration", "100ms", "Applying longer than this is logged.");
        time("warning-unary-request-duration", "300ms", "Requests longer than this are logged.");
        bool("enable-distributed-tracing", "false", "Export traces by OTLP.");
        text("distributed-tracing-address", "localhost:4317", "Collector of traces.");
        text("distributed-tracing-service-name", "etcd", "Service name in traces.");
        text("distributed-tracing-instance-id", "", "Instance id in traces.");
        int64("distributed-tracing-sampling-rate", "0", "Traces sampled of a million.");
    }

    private void addMaintenance() {
        group = Group.MAINTENANCE;
        time("corrupt-check-time", "0s", "Time between two comparisons of members' hashes.");
        time("compact-hash-check-time", "1m0s", "Time between two comparisons after compaction.");
        int64("compaction-batch-limit", "0", "Revisions compacted in one go; 0 is 1000.");
        time("compaction-sleep-interval", "0s", "Pause between two of them; 0 is 10ms.");
        time("watch-progress-notify-interval", "0s", "Time between progress notes; 0 is 10m.");
        time("downgrade-check-time", "5s", "Time between two looks whether a downgrade is done.");
        uint64(
                "bootstrap-defrag-threshold-megabytes",
                "0",
                "Defragment at start if at least this many MiB come free.");
        int64("max-learners", "1", "Members without vote that a cluster may have.");
    }

    private void addUnsafeAndOther() {
        group = Group.UNSAFE;
        bool("force-new-cluster", "false", "Make this member the only one of its cluster.");
        bool("unsafe-no-fsync", "false", "Sync nothing: a crash loses data.");
        group = Group.OTHER;
        text("config-file", "", "Read the configuration from this file, and only from it.");
        bool("version", "false", "Print the version and exit.");
    }

    private void addOwn() {
        group = Group.PLINTH;
        add(
                "compat-version",
                new Choice(List.of("3.5", "3.6", "3.7")),
                "3.7",
                "Which etcd this member announces and whose forms it writes; all are read.",
                ACTIVE);
        bool(
                "allow-lost-log",
                "false",
                "Start although the log ends before what the database holds: writes are lost.");
        uint64(
                "memory-budget-bytes",
                "0",
                "What reads, watches and writes may hold in memory together; 0 is no bound.");
        uint64(
                "snapshot-catchup-bytes",
                "0",
                "Bytes of log entries kept in memory for slow followers; 0 is an eighth of the heap.");
        uint64(
                "snapshot-send-rate",
                "33554432",
                "Bytes a second of a snapshot for a follower that is far behind; 0 is no bound.");
        bool(
                "enable-console",
                "false",
                "Serve a page about the member at /console, for reading only.");
        bool(
                "strict-storage",
                "false",
                "Refuse to start on storage that can lose acknowledged writes.");
        bool(
                "auto-repair",
                "false",
                "With damaged files, put them aside and rejoin the cluster, if that can lose nothing.");
        time(
                "scrub-interval",
                "24h0m0s",
                "With auto-repair, read the files through once in that time; 0 is never.");
        uint64("scrub-rate", "8388608", "Bytes a second that are read for that; 0 is no bound.");
        add(
                "wal-write-path",
                new Choice(
                        List.of(
                                "auto",
                                "direct+dsync",
                                "direct+fdatasync",
                                "buffered+dsync",
                                "buffered+fdatasync")),
                "auto",
                "How the log is made durable; auto measures at start and takes the fastest.",
                ACTIVE);
    }

    private void addFormerSpellings() {
        for (String name :
                List.of(
                        "bootstrap-defrag-threshold-megabytes",
                        "compact-hash-check-time",
                        "compaction-batch-limit",
                        "compaction-sleep-interval",
                        "corrupt-check-time",
                        "distributed-tracing-address",
                        "distributed-tracing-instance-id",
                        "distributed-tracing-sampling-rate",
                        "distributed-tracing-service-name",
                        "downgrade-check-time",
                        "enable-distributed-tracing",
                        "memory-mlock",
                        "peer-skip-client-san-verification",
                        "snapshot-catchup-entries",
                        "warning-apply-duration",
                        "warning-unary-request-duration",
                        "watch-progress-notify-interval",
                        "max-learners")) {
            Flag current = required(name);
            hidden("experimental-" + name, current.type(), new Standing.Alias(name));
        }
        gate("experimental-compact-hash-check-enabled", "CompactHashCheck");
        gate("experimental-initial-corrupt-check", "InitialCorruptCheck");
        gate("experimental-enable-lease-checkpoint", "LeaseCheckpoint");
        gate("experimental-enable-lease-checkpoint-persist", "LeaseCheckpointPersist");
        gate("experimental-stop-grpc-service-on-defrag", "StopGRPCServiceOnDefrag");
        gate("experimental-txn-mode-write-with-shared-buffer", "TxnModeWriteWithSharedBuffer");
    }

    private void addSwallowed() {
        for (String name :
                List.of(
                        "cluster-active-size",
                        "cluster-remove-delay",
                        "cluster-sync-interval",
                        "config",
                        "force",
                        "max-result-buffer",
                        "max-retry-attempts",
                        "peer-heartbeat-interval",
                        "peer-election-timeout",
                        "retry-interval",
                        "snapshot",
                        "v",
                        "vv",
                        "test.coverprofile",
                        "test.outputdir")) {
            hidden(name, new Text(), new Standing.Ignored());
        }
    }

    private Flag required(String name) {
        Flag flag = flags.get(name);
        if (flag == null) {
            throw new IllegalStateException("no flag " + name);
        }
        return flag;
    }

    private void gate(String name, String gate) {
        hidden(name, new Bool(), new Standing.GateAlias(gate));
    }

    private void hidden(String name, FlagType type, Standing standing) {
        group = Group.HIDDEN;
        add(name, type, "", "", standing);
    }

    private void text(String name, String defaultText, String help) {
        add(name, new Text(), defaultText, help, ACTIVE);
    }

    private void bool(String name, String defaultText, String help) {
        add(name, new Bool(), defaultText, help, ACTIVE);
    }

    private void int64(String name, String defaultText, String help) {
        add(name, Whole.INT64, defaultText, help, ACTIVE);
    }

    private void uint64(String name, String defaultText, String help) {
        add(name, Whole.UINT64, defaultText, help, ACTIVE);
    }

    private void time(String name, String defaultText, String help) {
        add(name, new Time(), defaultText, help, ACTIVE);
    }

    private void urls(String name, String defaultText, String help) {
        add(name, new Urls(false), defaultText, help, ACTIVE);
    }

    private void optionalUrls(String name, String help) {
        add(name, new Urls(true), "", help, ACTIVE);
    }

    private void words(String name, String defaultText, String help) {
        add(name, new Words(), defaultText, help, ACTIVE);
    }

    private void inert(
            String name, FlagType type, String defaultText, String help, String instead) {
        add(name, type, defaultText, help, new Standing.Inert(instead));
    }

    private void add(
            String name, FlagType type, String defaultText, String help, Standing standing) {
        Flag flag = new Flag(name, type, defaultText, group, help, standing);
        if (flags.put(name, flag) != null) {
            throw new IllegalStateException("flag given twice: " + name);
        }
    }
}
