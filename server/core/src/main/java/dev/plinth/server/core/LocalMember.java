package dev.plinth.server.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the services know and ask of the member they run in.
 *
 * <p>All methods may be called on any thread and return at once. The seam between the wire and the
 * consensus loops: tests drive the services against a member without a log.
 */
public interface LocalMember {
    /** This member's id. */
    long memberId();

    /** The cluster's id. */
    long clusterId();

    /** Current raft term, 0 before the first one. */
    long raftTerm();

    /** Id of the leader as this member sees it, 0 when there is none. */
    long leaderId();

    /** True when this member has no vote. */
    boolean isLearner();

    /** Highest index known to be committed. */
    long committedIndex();

    /** Index up to which entries have been applied here. */
    long appliedIndex();

    /** The release this member announces, such as {@code 3.7.1}. */
    String serverVersion();

    /** The version that the cluster has agreed on, such as {@code 3.7.0}; null before it has. */
    @Nullable String clusterVersion();

    /** Version of the database schema, such as {@code 3.7.0}; null when unknown. */
    @Nullable String storageVersion();

    /** The target of a running downgrade, null when none runs. */
    @Nullable String downgradeTarget();

    /** All members, by ascending unsigned id. */
    List<ClusterMember> members();

    /** A request id that no other request of this member has, and that no other member draws. */
    long nextRequestId();

    /**
     * Sends an entry through the log.
     *
     * <p>Fails with {@link EtcdError#TOO_MANY_REQUESTS} while apply lags too far behind commit,
     * with one of the timeout errors when nothing is heard within the request timeout, and with
     * {@link EtcdError#STOPPED}. The caller has checked the size.
     */
    void propose(Proposal proposal);

    /**
     * Passes when everything that was committed before this call has been applied here (a
     * linearizable read).
     *
     * <p>May pass on the calling thread when nothing has to be waited for.
     */
    void readBarrier(Barrier barrier);

    /**
     * Passes when the applied index has reached {@code index}; fails with {@link
     * EtcdError#TIMEOUT_WAITING_APPLIED} after {@code timeoutNanos}.
     */
    void awaitApplied(long index, long timeoutNanos, Barrier barrier);

    /**
     * Passes when this member is certainly the leader still (a recent tick, or a read barrier that
     * found it in office); fails otherwise.
     */
    void ensureLeadership(Barrier barrier);
}
