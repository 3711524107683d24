package dev.plinth.server.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the values of flags into a {@link ServerConfig}, refusing what makes no sense. Rules, their
 * order and their texts are etcd's (server.md 1.4).
 */
public final class ConfigRules {
    private static final long DEFAULT_QUOTA_BYTES = 2L << 30;
    private static final long ELECTION_MILLIS_MAX = 50_000;
    private static final long REQUEST_BYTES_MAX = 512L << 20;
    private static final long SAMPLING_MAX = 1_000_000;
    private static final Set<String> LEVELS =
            Set.of("debug", "info", "warn", "error", "dpanic", "panic", "fatal");

    private final FlagValues flags;

    private ConfigRules(FlagValues flags) {
        this.flags = flags;
    }

    /**
     * Concludes the settings.
     *
     * @throws ConfigException with etcd's text for the first rule that is broken
     */
    public static ServerConfig conclude(FlagValues flags) throws ConfigException {
        return new ConfigRules(flags).conclude();
    }

    private ServerConfig conclude() throws ConfigException {
        ServerConfig.LogConfig log = log();
        ServerConfig.Listeners listeners = listeners();
        checkDiscovery();
        ServerConfig.Raft raft = raft();
        checkAdvertised();
        checkCompaction();
        checkTls(listeners);
        checkTracing();
        FeatureGates gates = flags.featureGates();
        if (gates.isOn("LeaseCheckpointPersist") && !gates.isOn("LeaseCheckpoint")) {
            throw new ConfigException(
                    "enabling feature gate LeaseCheckpointPersist requires enabling feature gate"
                            + " LeaseCheckpoint");
        }
        return new ServerConfig(
                identity(),
                listeners,
                cluster(),
                raft,
                storage(),
                requests(),
                log,
                CompatVersion.of(flags.text("compat-version")),
                gates,
                flags);
    }

    private ServerConfig.Identity identity() {
        String name = flags.text("name");
        String dataDir = flags.text("data-dir");
        String walDir = flags.text("wal-dir");
        return new ServerConfig.Identity(
                name,
                Path.of(dataDir.isEmpty() ? name + ".etcd" : dataDir),
                walDir.isEmpty() ? null : Path.of(walDir),
                dataDir.isEmpty());
    }

    private ServerConfig.LogConfig log() throws ConfigException {
        String logger = flags.text("logger");
        if (logger.equals("capnslog")) {
            throw new ConfigException("--logger=capnslog is removed in v3.5");
        }
        if (!logger.equals("zap")) {
            throw new ConfigException("unknown logger option \"" + logger + "\"");
        }
        List<String> outputs = flags.words("log-outputs");
        if (outputs.size() > 1 && outputs.contains("default")) {
            throw new ConfigException("multi logoutput for \"default\" is not supported yet");
        }
        if (flags.bool("enable-log-rotation")
                && (outputs.size() != 1
                        || Set.of("default", "stderr", "stdout", "systemd/journal")
                                .contains(outputs.getFirst()))) {
            throw new ConfigException(
                    "--log-outputs requires a single file path when --log-rotate-config-json is"
                            + " defined");
        }
        String format = flags.text("log-format");
        if (!format.equals("json") && !format.equals("console")) {
            throw new ConfigException(
                    "unknown log format: " + format + ", supported values json, console");
        }
        String level = flags.text("log-level");
        if (!LEVELS.contains(level)) {
            throw new ConfigException("unrecognized level: \"" + level + "\"");
        }
        return new ServerConfig.LogConfig(level, format, outputs, rotation());
    }

    private @Nullable LogRotation rotation() throws ConfigException {
        if (!flags.bool("enable-log-rotation")) {
            return null;
        }
        try {
            return LogRotation.parse(flags.text("log-rotation-config-json"));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        }
    }

    private ServerConfig.Listeners listeners() throws ConfigException {
        ServerConfig.Listeners listeners =
                new ServerConfig.Listeners(
                        flags.urls("listen-client-urls"),
                        flags.urls("listen-client-http-urls"),
                        flags.urls("listen-peer-urls"),
                        flags.urls("listen-metrics-urls"),
                        flags.bool("socket-reuse-port"),
                        flags.bool("socket-reuse-address"));
        checkBindable(listeners.peer());
        checkBindable(listeners.client());
        checkBindable(listeners.clientHttp());
        checkBindable(listeners.metrics());
        for (ListenUrl client : listeners.client()) {
            for (ListenUrl http : listeners.clientHttp()) {
                if (client.address().equals(http.address())) {
                    throw new ConfigException(
                            "cannot bind both --listen-client-urls and --listen-client-http-urls"
                                    + " on the same url "
                                    + client.text());
                }
            }
        }
        return listeners;
    }

    private static void checkBindable(List<ListenUrl> urls) throws ConfigException {
        for (ListenUrl url : urls) {
            if (url.isUnix() || url.host().equals("localhost") || isAddress(url.host())) {
                continue;
            }
            throw new ConfigException("expected IP in URL for binding (" + url.text() + ")");
        }
    }

    private static boolean isAddress(String host) {
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private void checkDiscovery() throws ConfigException {
        List<String> endpoints = flags.words("discovery-endpoints");
        List<String> ways = new ArrayList<>();
        if (flags.isGiven("initial-cluster")) {
            ways.add("initial-cluster");
        }
        if (!flags.text("discovery-srv").isEmpty()) {
            ways.add("discovery-srv");
        }
        if (!endpoints.isEmpty()) {
            ways.add("discovery-endpoints");
        }
        if (ways.size() > 1) {
            throw new ConfigException(
                    "multiple discovery or bootstrap flags are set. Choose one of"
                            + " \"initial-cluster\", \"discovery-endpoints\" or \"discovery-srv\"");
        }
        if (flags.text("discovery-token").isEmpty() != endpoints.isEmpty()) {
            throw new ConfigException(
                    "both --discovery-token and --discovery-endpoints must be set");
        }
        if (endpoints.stream().anyMatch(String::isBlank)) {
            throw new ConfigException("--discovery-endpoints must not contain empty endpoints");
        }
        if (flags.text("discovery-fallback").equals("proxy")) {
            throw new ConfigException(
                    "v2 proxy is deprecated, and --discovery-fallback can't be configured as"
                            + " \"proxy\"");
        }
    }

    private ServerConfig.Raft raft() throws ConfigException {
        long tick = flags.number("heartbeat-interval");
        long election = flags.number("election-timeout");
        if (tick == 0) {
            throw new ConfigException("--heartbeat-interval must be >0 (set to 0ms)");
        }
        if (election == 0) {
            throw new ConfigException("--election-timeout must be >0 (set to 0ms)");
        }
        if (tick > election / 5 && 5 * tick > election) {
            throw new ConfigException(
                    "--election-timeout[%dms] should be at least as 5 times as --heartbeat-interval[%dms]"
                            .formatted(election, tick));
        }
        if (election > ELECTION_MILLIS_MAX) {
            throw new ConfigException(
                    "--election-timeout[%dms] is too long, and should be set less than %dms"
                            .formatted(election, ELECTION_MILLIS_MAX));
        }
        long snapshotCount = flags.number("snapshot-count");
        return new ServerConfig.Raft(
                tick,
                election,
                flags.bool("pre-vote"),
                flags.bool("initial-election-tick-advance"),
                snapshotCount == 0 ? 10_000 : snapshotCount,
                flags.number("snapshot-catchup-entries"),
                flags.number("snapshot-catchup-bytes"),
                flags.number("snapshot-send-rate"));
    }

    private void checkAdvertised() throws ConfigException {
        if (!flags.isFromFile()
                && flags.isGiven("listen-client-urls")
                && !flags.isGiven("advertise-client-urls")) {
            throw new ConfigException(
                    "--advertise-client-urls is required when --listen-client-urls is set"
                            + " explicitly");
        }
        for (ListenUrl url : flags.urls("initial-advertise-peer-urls")) {
            if (!url.isUnix() && url.host().isEmpty()) {
                throw new ConfigException(
                        "--initial-advertise-peer-urls \"%s\" must be \"host:port\" (missing host)"
                                .formatted(url.text()));
            }
        }
        for (ListenUrl url : flags.urls("advertise-client-urls")) {
            if (!url.isUnix() && url.host().isEmpty()) {
                throw new ConfigException(
                        "--advertise-client-urls \"%s\" must be in the format \"host:port\", \"unix:/path/to/socket\" or \"unixs:/path/to/socket\" (missing host)"
                                .formatted(url.text()));
            }
        }
    }

    private void checkTracing() throws ConfigException {
        long rate = flags.number("distributed-tracing-sampling-rate");
        if (!flags.bool("enable-distributed-tracing") || (rate >= 0 && rate <= SAMPLING_MAX)) {
            return;
        }
        throw new ConfigException(
                "distributed tracing configurition is not valid: (tracing sampling rate must be %s)"
                        .formatted(rate < 0 ? "positive" : "less than " + SAMPLING_MAX));
    }

    private void checkCompaction() throws ConfigException {
        String mode = flags.text("auto-compaction-mode");
        if (mode.isEmpty()) {
            throw new ConfigException("undefined auto-compaction-mode");
        }
        if (!mode.equals("periodic") && !mode.equals("revision")) {
            throw new ConfigException("unknown auto-compaction-mode \"" + mode + "\"");
        }
        String retention = flags.text("auto-compaction-retention");
        boolean isNumber = !retention.isEmpty() && retention.chars().allMatch(Character::isDigit);
        if (!isNumber) {
            try {
                GoDuration.parseNanos(retention);
            } catch (IllegalArgumentException e) {
                throw new ConfigException("error parsing CompactionRetention: " + e.getMessage());
            }
            if (mode.equals("revision")) {
                throw new ConfigException(
                        "error parsing CompactionRetention: \""
                                + retention
                                + "\" is a duration, and mode revision takes a number");
            }
        }
        if (flags.nanos("compact-hash-check-time") <= 0) {
            throw new ConfigException(
                    "--compact-hash-check-time must be >0 (set to "
                            + GoDuration.format(flags.nanos("compact-hash-check-time"))
                            + ")");
        }
    }

    private void checkTls(ServerConfig.Listeners listeners) throws ConfigException {
        String min = flags.text("tls-min-version");
        String max = flags.text("tls-max-version");
        for (String version : List.of(min, max)) {
            if (!Set.of("", "TLS1.2", "TLS1.3").contains(version)) {
                throw new ConfigException(
                        "unexpected TLS version \""
                                + version
                                + "\" (must be one of: TLS1.2, TLS1.3)");
            }
        }
        if (min.equals("TLS1.3") && max.equals("TLS1.2")) {
            throw new ConfigException("min version (TLS1.3) is greater than max version (TLS1.2)");
        }
        if (min.equals("TLS1.3") && !flags.words("cipher-suites").isEmpty()) {
            throw new ConfigException(
                    "cipher suites cannot be configured when only TLS1.3 is enabled");
        }
        boolean hasClientKey =
                !flags.text("cert-file").isEmpty() && !flags.text("key-file").isEmpty();
        for (ListenUrl url : listeners.metrics()) {
            if (url.isSecure() && !hasClientKey) {
                throw new ConfigException(
                        "client TLS key/cert (--cert-file, --key-file) must be provided for metrics"
                                + " secure url");
            }
        }
        List<ListenUrl> clients = new ArrayList<>(listeners.client());
        clients.addAll(listeners.clientHttp());
        for (ListenUrl url : clients) {
            if (url.isSecure() && !hasClientKey && !flags.bool("auto-tls")) {
                throw new ConfigException(
                        "TLS key/cert (--cert-file, --key-file) must be provided for client url "
                                + url.text()
                                + " with HTTPS scheme");
            }
        }
    }

    private ServerConfig.Cluster cluster() throws ConfigException {
        String name = flags.text("name");
        List<ListenUrl> advertisePeer = flags.urls("initial-advertise-peer-urls");
        // etcd follows the name, and the advertised URLs, when only those are given.
        String initial = flags.text("initial-cluster");
        if (!flags.isGiven("initial-cluster")) {
            List<String> parts = new ArrayList<>();
            for (ListenUrl url : advertisePeer) {
                parts.add(name + "=" + url.text());
            }
            initial = String.join(",", parts);
        }
        return new ServerConfig.Cluster(
                advertisePeer,
                flags.urls("advertise-client-urls"),
                InitialCluster.parse(initial),
                flags.text("initial-cluster-state").equals("existing"),
                flags.text("initial-cluster-token"),
                flags.bool("strict-reconfig-check"),
                flags.number("max-learners"),
                flags.bool("force-new-cluster"));
    }

    private ServerConfig.Storage storage() {
        long quota = flags.number("quota-backend-bytes");
        long interval = flags.nanos("backend-batch-interval");
        long limit = flags.number("backend-batch-limit");
        long compactionBatch = flags.number("compaction-batch-limit");
        long pause = flags.nanos("compaction-sleep-interval");
        return new ServerConfig.Storage(
                quota == 0 ? DEFAULT_QUOTA_BYTES : quota,
                interval == 0 ? 100_000_000L : interval,
                limit == 0 ? 10_000 : limit,
                flags.number("max-snapshots"),
                flags.number("max-wals"),
                (int) Math.min(compactionBatch <= 0 ? 1000 : compactionBatch, 1 << 20),
                pause <= 0 ? 10_000_000L : pause,
                flags.bool("unsafe-no-fsync"),
                flags.bool("allow-lost-log"));
    }

    private ServerConfig.Requests requests() throws ConfigException {
        long requestBytes = flags.number("max-request-bytes");
        if (requestBytes > REQUEST_BYTES_MAX) {
            throw new ConfigException(
                    "--max-request-bytes %d is above %d, more than the log and peers take"
                            .formatted(requestBytes, REQUEST_BYTES_MAX));
        }
        long unary = flags.nanos("warning-unary-request-duration");
        long progress = flags.nanos("watch-progress-notify-interval");
        return new ServerConfig.Requests(
                flags.number("max-txn-ops"),
                requestBytes,
                flags.number("max-concurrent-streams"),
                unary == 0 ? 300_000_000L : unary,
                flags.nanos("warning-apply-duration"),
                progress == 0 ? 600_000_000_000L : Math.max(progress, 100_000_000L),
                flags.number("memory-budget-bytes"));
    }
}
