package dev.plinth.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of a cluster of Plinth or etcd. It connects when the first call needs a connection, to
 * all servers, spreads calls over those that are well, and leaves those that are not.
 *
 * <p>Views of a client, as {@link #with} and {@link #namespace} give them, share its connections
 * and streams and cost nothing; closing any of them closes the client. Any thread.
 */
public final class PlinthClient implements AutoCloseable {
    private final Shared shared;
    private final CallOptions options;
    private final Namespace namespace;
    private final @Nullable OrderingGuard ordering;
    private final Kv kv;
    private final Watches watches;
    private final Leases leases;
    private final Cluster cluster;
    private final Maintenance maintenance;
    private final Auth auth;

    private PlinthClient(
            Shared shared,
            CallOptions options,
            Namespace namespace,
            @Nullable OrderingGuard ordering) {
        this.shared = shared;
        this.options = options;
        this.namespace = namespace;
        this.ordering = ordering;
        this.kv = new Kv(new AsyncKv(shared.calls(), options, namespace, ordering));
        this.watches =
                new Watches(kv, shared.watches(options), namespace, shared.calls().executor());
        this.leases =
                new Leases(
                        new AsyncLeases(shared.calls(), options, namespace),
                        shared.renewals(options));
        this.cluster = new Cluster(shared.calls(), options);
        this.maintenance = new Maintenance(shared.calls(), options);
        this.auth = new Auth(shared.calls(), options);
    }

    /**
     * Begins a client.
     *
     * @param endpoints of servers of one cluster: {@code host:port}, or URLs with the schemes http,
     *     https, unix, unixs. The first one's scheme decides about TLS.
     */
    public static Builder builder(String... endpoints) {
        return new Builder(List.of(endpoints));
    }

    /**
     * A client with the defaults.
     *
     * @throws IllegalArgumentException if an endpoint makes no sense
     */
    public static PlinthClient of(String... endpoints) {
        return builder(endpoints).build();
    }

    /** Keys and values. */
    public Kv kv() {
        return kv;
    }

    /** Watches. */
    public Watches watches() {
        return watches;
    }

    /** Leases and their renewal. */
    public Leases leases() {
        return leases;
    }

    /** Who the members are. */
    public Cluster cluster() {
        return cluster;
    }

    /** Looking after members. */
    public Maintenance maintenance() {
        return maintenance;
    }

    /** Users and what they may do. */
    public Auth auth() {
        return auth;
    }

    /**
     * Uses all members of the cluster from now on, as they say that clients reach them; learners
     * and members that have not been started are left out.
     *
     * @throws EtcdException if no member answers
     */
    public void sync() {
        endpoints(
                cluster.members().stream()
                        .filter(member -> !member.isLearner())
                        .flatMap(member -> member.clientUrls().stream())
                        .toList());
    }

    /** A view whose calls are made in another way. */
    public PlinthClient with(CallOptions other) {
        return new PlinthClient(shared, other, namespace, ordering);
    }

    /** A view in which all keys have a prefix that the program does not see. Views nest. */
    public PlinthClient namespace(Bytes prefix) {
        return new PlinthClient(shared, options, namespace.with(prefix), ordering);
    }

    /**
     * A view whose reads never go back in time, serializable ones too: an answer older than one
     * that this view had before is asked for again, of other members, before {@link
     * Reason#STALE_MEMBERS} is reported.
     */
    public PlinthClient ordered() {
        return new PlinthClient(shared, options, namespace, new OrderingGuard(shared.calls()));
    }

    /** The servers in use, as they were given. */
    public List<String> endpoints() {
        return shared.connection().endpoints().current().stream().map(Endpoint::text).toList();
    }

    /**
     * Uses other servers of the same cluster from now on. Streams on servers that are no longer
     * listed are opened again elsewhere.
     *
     * @throws IllegalArgumentException if there are none, or one makes no sense
     */
    public void endpoints(List<String> now) {
        shared.connection().endpoints().replace(Builder.parsed(now));
    }

    /** Ends everything that is under way, with {@link EtcdException.Cancelled}. */
    @Override
    public void close() {
        shared.close();
    }

    /**
     * How a client is to be. What is not set is left at its default; durations are positive where
     * nothing else is said.
     */
    public static final class Builder {
        private static final int SEND_BYTES = 2 << 20;
        private static final long WATCH_BUFFER_BYTES = 16 << 20;
        private static final int OLDEST_MAJOR = 3;
        private static final int OLDEST_MINOR = 6;

        private final List<Endpoint> endpoints;
        private @Nullable TlsConfig tls;
        private ClientSettings.@Nullable User user;
        private @Nullable Supplier<String> token;
        private Duration defaultDeadline = Duration.ofSeconds(30);
        private Duration keepAliveTime = Duration.ofSeconds(10);
        private Duration keepAliveTimeout = Duration.ofSeconds(5);
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private int sendBytesMax = SEND_BYTES;
        private int receiveBytesMax = Integer.MAX_VALUE;
        private boolean checksHealth = true;
        private long watchBufferBytes = WATCH_BUFFER_BYTES;
        private @Nullable Executor executor;
        private @Nullable Duration autoSync;
        private boolean rejectsOldCluster;

        private Builder(List<String> endpoints) {
            this.endpoints = parsed(endpoints);
        }

        private static List<Endpoint> parsed(List<String> texts) {
            List<Endpoint> parsed = new ArrayList<>(texts.size());
            for (String text : texts) {
                parsed.add(Endpoint.of(text));
            }
            if (parsed.isEmpty()) {
                throw new IllegalArgumentException("etcdclient: no available endpoints");
            }
            return parsed;
        }

        private static Duration positive(Duration time) {
            if (!time.isPositive()) {
                throw new IllegalArgumentException("not positive: " + time);
            }
            return time;
        }

        /**
         * Encrypts connections. Without it, {@code https} alone does, trusting the machine's list.
         */
        public Builder tls(TlsConfig config) {
            tls = config;
            return this;
        }

        /**
         * Logs in before the first call, and again when the token has run out. Servers without
         * authentication take any user.
         *
         * @param password copied
         */
        public Builder user(String name, char[] password) {
            user =
                    new ClientSettings.User(
                            name, new String(Arrays.copyOf(password, password.length)));
            return this;
        }

        /** Sends the program's own token; it is asked again when a token is refused. */
        public Builder token(Supplier<String> source) {
            token = source;
            return this;
        }

        /** How long calls may take that have no deadline of their own: 30 s. */
        public Builder defaultDeadline(Duration time) {
            defaultDeadline = positive(time);
            return this;
        }

        /**
         * How connections with calls on them are probed: after 10 s without a word, for 5 s.
         *
         * @param time zero for never; less than 10 s counts as 10 s
         */
        public Builder keepAlive(Duration time, Duration timeout) {
            if (time.isNegative()) {
                throw new IllegalArgumentException("negative: " + time);
            }
            keepAliveTime = time;
            keepAliveTimeout = positive(timeout);
            return this;
        }

        /** How calls are repeated that may be: {@link RetryPolicy#DEFAULT}. */
        public Builder retry(RetryPolicy policy) {
            retry = policy;
            return this;
        }

        /** Largest request sent, bytes: 2 MiB. */
        public Builder sendBytesMax(int bytes) {
            sendBytesMax = bytes;
            return this;
        }

        /** Largest answer received, bytes: 2 GiB. */
        public Builder receiveBytesMax(int bytes) {
            receiveBytesMax = bytes;
            return this;
        }

        /** Whether servers are left that say they are not well: true. */
        public Builder checksHealth(boolean checks) {
            checksHealth = checks;
            return this;
        }

        /**
         * Bytes of events that wait for the reader of one watch before the server is asked to stop
         * sending them: 16 MiB.
         */
        public Builder watchBufferBytes(long bytes) {
            if (bytes <= 0) {
                throw new IllegalArgumentException("not positive: " + bytes);
            }
            watchBufferBytes = bytes;
            return this;
        }

        /**
         * Where answers are taken and futures are completed, and so where stages run that programs
         * add to them: a virtual thread each. What waits, watches' callbacks among it, keeps
         * virtual threads of its own, so that an executor of one thread will do.
         */
        public Builder executor(Executor taking) {
            executor = taking;
            return this;
        }

        /**
         * Makes the list of servers that of the cluster's members again and again, as {@link
         * PlinthClient#sync} does: never. When no member answers the list stays as it is.
         */
        public Builder autoSync(Duration every) {
            autoSync = positive(every);
            return this;
        }

        /**
         * Whether {@link #build} asks each server for its version, and refuses to make a client of
         * servers older than 3.6: no. It waits for their answers then.
         */
        public Builder rejectOldCluster(boolean rejects) {
            rejectsOldCluster = rejects;
            return this;
        }

        /**
         * Makes the client; does not wait for a server, unless {@link #rejectOldCluster} wants it.
         *
         * @throws EtcdException with {@link Reason#OLD_CLUSTER} if a server is too old, another one
         *     if one that should be asked does not answer within the default deadline
         * @throws IllegalArgumentException if settings contradict each other, or files for TLS
         *     cannot be read
         */
        public PlinthClient build() {
            if (user != null && token != null) {
                throw new IllegalArgumentException(
                        "Username/Password and Token configurations are mutually exclusive");
            }
            if (receiveBytesMax < sendBytesMax) {
                throw new IllegalArgumentException(
                        "gRPC message recv limit (%d bytes) must be greater than send limit (%d bytes)"
                                .formatted(receiveBytesMax, sendBytesMax));
            }
            ClientSettings settings =
                    new ClientSettings(
                            endpoints,
                            tls,
                            user,
                            token,
                            defaultDeadline,
                            keepAliveTime,
                            keepAliveTimeout,
                            retry,
                            sendBytesMax,
                            receiveBytesMax,
                            checksHealth,
                            watchBufferBytes,
                            executor);
            if (rejectsOldCluster) {
                for (Endpoint endpoint : endpoints) {
                    try (PlinthClient one = open(settings.with(endpoint))) {
                        requireYoung(one.maintenance().status().version());
                    }
                }
            }
            PlinthClient client = open(settings);
            if (autoSync != null) {
                client.shared.repeat(autoSync, client::sync);
            }
            return client;
        }

        private static PlinthClient open(ClientSettings settings) {
            return new PlinthClient(
                    Shared.open(settings), CallOptions.DEFAULT, Namespace.NONE, null);
        }

        private static void requireYoung(String version) {
            String[] parts = version.split("\\.", 3);
            int major = parts.length < 2 ? 0 : Integer.parseInt(parts[0]);
            if (major < OLDEST_MAJOR
                    || (major == OLDEST_MAJOR && Integer.parseInt(parts[1]) < OLDEST_MINOR)) {
                throw EtcdException.of(Reason.OLD_CLUSTER);
            }
        }
    }
}
