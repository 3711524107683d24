package dev.plinth.server.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a member, concluded once from flags, environment and config file. What a part of
 * the server needs it gets as one of the records here.
 *
 * @param identity name and folders
 * @param listeners where to listen
 * @param cluster who the members are
 * @param raft the rhythm of consensus
 * @param storage log and database
 * @param requests limits of requests and connections
 * @param log what is logged and where
 * @param compat which etcd this member stands in for
 * @param gates feature gates
 * @param flags every flag, for the parts whose settings no record names
 */
public record ServerConfig(
        Identity identity,
        Listeners listeners,
        Cluster cluster,
        Raft raft,
        Storage storage,
        Requests requests,
        LogConfig log,
        CompatVersion compat,
        FeatureGates gates,
        FlagValues flags) {
    /** The same with other first members, under the token that tells their cluster apart. */
    public ServerConfig withInitial(InitialCluster initial, String token) {
        return new ServerConfig(
                identity,
                listeners,
                new Cluster(
                        cluster.advertisePeer(),
                        cluster.advertiseClient(),
                        initial,
                        cluster.isExisting(),
                        token,
                        cluster.isStrictReconfig(),
                        cluster.learnersMax(),
                        cluster.forceNewCluster()),
                raft,
                storage,
                requests,
                log,
                compat,
                gates,
                flags);
    }

    /**
     * Name and folders.
     *
     * @param name this member's name
     * @param dataDir root of all state
     * @param walDir folder of the log if it is apart, else null
     * @param wasDataDirDefaulted whether the folder was made from the name
     */
    public record Identity(
            String name, Path dataDir, @Nullable Path walDir, boolean wasDataDirDefaulted) {}

    /**
     * Where to listen.
     *
     * @param client listeners for gRPC and, unless {@code clientHttp} is set, HTTP
     * @param clientHttp listeners for HTTP alone
     * @param peer listeners for members
     * @param metrics listeners for metrics and health alone
     * @param reusePort SO_REUSEPORT on all of them
     * @param reuseAddress SO_REUSEADDR on all of them
     */
    public record Listeners(
            List<ListenUrl> client,
            List<ListenUrl> clientHttp,
            List<ListenUrl> peer,
            List<ListenUrl> metrics,
            boolean reusePort,
            boolean reuseAddress) {}

    /**
     * Who the members are.
     *
     * @param advertisePeer this member's URLs as peers see them
     * @param advertiseClient this member's URLs as clients see them
     * @param initial the first members
     * @param isExisting whether an existing cluster is joined
     * @param token tells clusters with equal URLs apart
     * @param isStrictReconfig whether changes that would lose quorum are refused
     * @param learnersMax members without vote that are allowed
     * @param forceNewCluster whether this member becomes the only one
     */
    public record Cluster(
            List<ListenUrl> advertisePeer,
            List<ListenUrl> advertiseClient,
            InitialCluster initial,
            boolean isExisting,
            String token,
            boolean isStrictReconfig,
            long learnersMax,
            boolean forceNewCluster) {}

    /**
     * The rhythm of consensus.
     *
     * @param tickMillis length of a tick, which is also the heartbeat interval
     * @param electionMillis election timeout
     * @param isPreVote whether an election is preceded by a question
     * @param advancesInitialTicks whether most of the first timeout is skipped
     * @param snapshotCount applied entries between two snapshots on disk
     * @param catchUpEntries entries kept in memory for slow followers
     * @param catchUpBytes most bytes that they may take; 0 for a share of the heap
     * @param snapshotBytesPerSecond at which a snapshot is sent at most; 0 for as fast as it goes
     */
    public record Raft(
            long tickMillis,
            long electionMillis,
            boolean isPreVote,
            boolean advancesInitialTicks,
            long snapshotCount,
            long catchUpEntries,
            long catchUpBytes,
            long snapshotBytesPerSecond) {
        /** Election timeout in ticks. */
        public int electionTicks() {
            return (int) (electionMillis / tickMillis);
        }

        /** Time after which a request is answered with a timeout, in nanoseconds. */
        public long requestTimeoutNanos() {
            return 5_000_000_000L + 2L * electionTicks() * tickMillis * 1_000_000L;
        }
    }

    /**
     * Log and database.
     *
     * @param quotaBytes size of the database at which writes stop; negative for none
     * @param batchIntervalNanos greatest age of uncommitted changes
     * @param batchLimit greatest number of uncommitted changes
     * @param snapshotsMax snapshot files kept; 0 keeps all
     * @param walsMax log files kept; 0 keeps all
     * @param compactionBatch revisions compacted in one go
     * @param compactionPauseNanos pause between two of them
     * @param isUnsafeNoSync whether nothing is synced
     * @param allowsLostLog whether a log that ends before the database is accepted
     */
    public record Storage(
            long quotaBytes,
            long batchIntervalNanos,
            long batchLimit,
            long snapshotsMax,
            long walsMax,
            int compactionBatch,
            long compactionPauseNanos,
            boolean isUnsafeNoSync,
            boolean allowsLostLog) {}

    /**
     * Limits of requests and connections.
     *
     * @param txnOpsMax operations of a transaction
     * @param requestBytesMax size of the largest request
     * @param concurrentStreamsMax streams on one connection
     * @param warningUnaryNanos requests that take longer are logged
     * @param warningApplyNanos applying that takes longer is logged
     * @param watchProgressNanos time between progress notes of idle watches
     * @param memoryBytesMax what requests may hold in memory together; 0 for no bound
     */
    public record Requests(
            long txnOpsMax,
            long requestBytesMax,
            long concurrentStreamsMax,
            long warningUnaryNanos,
            long warningApplyNanos,
            long watchProgressNanos,
            long memoryBytesMax) {}

    /**
     * What is logged and where.
     *
     * @param level least level, by name
     * @param format {@code json} or {@code console}
     * @param outputs where lines go
     * @param rotation when the one log file is put aside; null for never
     */
    public record LogConfig(
            String level, String format, List<String> outputs, @Nullable LogRotation rotation) {}
}
