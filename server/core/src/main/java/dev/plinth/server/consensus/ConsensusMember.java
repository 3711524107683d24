package dev.plinth.server.consensus;

import dev.plinth.mvcc.backend.StorageVersion;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.Status;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.RequestIds;
import dev.plinth.walio.io.Clock;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The member as the services see it: proposals, read barriers, facts. Any thread.
 *
 * <p>A linearizable read needs no round when this member leads its term as the only voter and has
 * applied an entry of that term: nobody else can have acknowledged a write, and what it
 * acknowledged itself it had applied before.
 */
public final class ConsensusMember implements LocalMember {
    private static final int APPLY_GAP_MAX = 5000;
    private static final int PRIORITY_GAP_MAX = 10_000;

    /**
     * Settings.
     *
     * @param serverVersion the release that is announced
     * @param requestTimeoutNanos time after which a request is answered with a timeout
     * @param electionTimeoutNanos election timeout
     */
    public record Settings(
            String serverVersion, long requestTimeoutNanos, long electionTimeoutNanos) {}

    private final Membership membership;
    private final RaftLoop raft;
    private final ApplyLoop apply;
    private final AppliedIndex applied;
    private final WaitRegistry waiters;
    private final RequestIds ids;
    private final Clock clock;
    private final Settings settings;
    private final Supplier<@Nullable StorageVersion> storageVersion;
    private final LeaderWaits leaderWaits = new LeaderWaits();
    private volatile boolean isStopped;

    ConsensusMember(
            Membership membership,
            RaftLoop raft,
            ApplyLoop apply,
            AppliedIndex applied,
            WaitRegistry waiters,
            RequestIds ids,
            Clock clock,
            Settings settings,
            Supplier<@Nullable StorageVersion> storageVersion) {
        this.membership = membership;
        this.raft = raft;
        this.apply = apply;
        this.applied = applied;
        this.waiters = waiters;
        this.ids = ids;
        this.clock = clock;
        this.settings = settings;
        this.storageVersion = storageVersion;
        raft.onStatus(status -> leaderWaits.leaderIs(status.leaderId()));
    }

    @Override
    public long memberId() {
        return membership.localId();
    }

    @Override
    public long clusterId() {
        return membership.clusterId();
    }

    @Override
    public long raftTerm() {
        return raft.status().term();
    }

    @Override
    public long leaderId() {
        return raft.status().leaderId();
    }

    @Override
    public boolean isLearner() {
        ClusterMember self = membership.view().members().get(memberId());
        return self != null && self.isLearner();
    }

    @Override
    public long committedIndex() {
        return raft.committedIndex();
    }

    @Override
    public long appliedIndex() {
        return applied.get();
    }

    @Override
    public String serverVersion() {
        return settings.serverVersion();
    }

    @Override
    public @Nullable String clusterVersion() {
        return membership.view().version();
    }

    @Override
    public @Nullable String storageVersion() {
        StorageVersion version = storageVersion.get();
        return version == null ? null : version.toString();
    }

    @Override
    public @Nullable String downgradeTarget() {
        return membership.view().downgradeTarget();
    }

    @Override
    public List<ClusterMember> members() {
        return membership.view().list();
    }

    @Override
    public long nextRequestId() {
        return ids.next();
    }

    @Override
    public void propose(Proposal proposal) {
        if (isStopped) {
            proposal.failed(RefusedException.of(EtcdError.STOPPED));
            return;
        }
        int gapMax = proposal.isPriority() ? PRIORITY_GAP_MAX : APPLY_GAP_MAX;
        if (raft.committedIndex() > applied.get() + gapMax) {
            proposal.failed(RefusedException.of(EtcdError.TOO_MANY_REQUESTS));
            return;
        }
        long now = clock.monotonicNanos();
        waiters.register(proposal, now, now + settings.requestTimeoutNanos());
        if (!raft.offer(proposal)) {
            waiters.fail(proposal.requestId(), RefusedException.of(EtcdError.TOO_MANY_REQUESTS));
        } else if (isStopped) {
            // The stop may have failed all waiters just before this one was registered.
            waiters.fail(proposal.requestId(), RefusedException.of(EtcdError.STOPPED));
        }
    }

    /**
     * Sends a change of the members through the log; its id is drawn here.
     *
     * @param change the change, whose id is ignored
     * @param waiter told of the outcome, once
     */
    public void changeMembers(ConfChange change, ApplyLoop.MemberChangeWaiter waiter) {
        if (isStopped) {
            waiter.failed(RefusedException.of(EtcdError.STOPPED));
            return;
        }
        long id = ids.next();
        apply.register(id, waiter, clock.monotonicNanos() + settings.requestTimeoutNanos());
        raft.proposeConfChange(
                new ConfChange(id, change.type(), change.nodeId(), change.context()),
                reason -> apply.failChange(id, reason));
    }

    /** Gives what raft knows of the members' progress, on the raft loop. */
    public void inspect(Consumer<Status> taker) {
        raft.inspect(taker);
    }

    /** What this member knew of each as of the last tick, when it led; else empty. */
    public SortedMap<Long, ProgressStatus> progress() {
        return raft.progress();
    }

    /** Asks raft to hand leadership over; done when the target leads. Waits without a limit. */
    public CompletionStage<Void> transferLeadership(long target) {
        CompletableFuture<Void> done = leaderWaits.register(target);
        if (isStopped) {
            done.completeExceptionally(RefusedException.of(EtcdError.STOPPED));
            return done;
        }
        if (raft.status().leaderId() == target) {
            done.complete(null);
            return done;
        }
        raft.transferLeader(target);
        return done;
    }

    @Override
    public void readBarrier(Barrier barrier) {
        if (isStopped) {
            barrier.failed(RefusedException.of(EtcdError.STOPPED));
        } else if (isSoleLeader()) {
            barrier.passed();
        } else {
            raft.read(barrier, clock.monotonicNanos() + settings.requestTimeoutNanos());
        }
    }

    private boolean isSoleLeader() {
        long term = raft.status().soleLeaderTerm();
        return term != 0 && apply.appliedTerm() == term;
    }

    @Override
    public void awaitApplied(long index, long timeoutNanos, Barrier barrier) {
        applied.await(
                index,
                clock.monotonicNanos() + timeoutNanos,
                EtcdError.TIMEOUT_WAITING_APPLIED,
                barrier);
    }

    @Override
    public void ensureLeadership(Barrier barrier) {
        long term = raft.status().term();
        if (isSoleLeader() || (raft.status().isLeader() && raft.hearsItsPeers())) {
            barrier.passed();
            return;
        }
        if (!raft.status().isLeader()) {
            barrier.failed(RefusedException.of(EtcdError.NOT_LEADER));
            return;
        }
        readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        RaftStatus now = raft.status();
                        if (now.isLeader() && now.term() == term) {
                            barrier.passed();
                        } else {
                            barrier.failed(RefusedException.of(EtcdError.NOT_LEADER));
                        }
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        barrier.failed(reason);
                    }
                });
    }

    /** Once a tick, on the raft loop: ends the waits that have lasted too long. */
    void expire(long nowNanos) {
        waiters.expire(nowNanos, startNanos -> timeoutReason(startNanos));
        applied.expire(nowNanos);
        apply.expireChanges(nowNanos, RefusedException.of(EtcdError.TIMEOUT));
    }

    /** Which timeout it is: a leader lost just when the request started explains it. */
    private RefusedException timeoutReason(long startNanos) {
        RaftStatus status = raft.status();
        long lost = status.lastLeaderLossNanos();
        if (lost != Long.MIN_VALUE) {
            long before = lost - startNanos;
            if (-2 * settings.electionTimeoutNanos() <= before
                    && before <= settings.requestTimeoutNanos()) {
                return RefusedException.of(EtcdError.TIMEOUT_LEADER_FAILURE);
            }
        }
        return RefusedException.of(EtcdError.TIMEOUT);
    }

    /** Refuses everything from now on, and ends all waits. */
    void stop() {
        isStopped = true;
        RefusedException stopped = RefusedException.of(EtcdError.STOPPED);
        waiters.failAll(stopped);
        applied.failAll(stopped);
        apply.failAllChanges(stopped);
        leaderWaits.failAll(stopped);
    }
}
