package dev.plinth.server.maintenance;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseCheckpointRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.mvcc.lease.LeaseCheckpoint;
import dev.plinth.mvcc.lease.LeaseWork;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * On the leader, proposes the revocation of leases that have run out, and their checkpoints. Before
 * each round the leadership is confirmed, and what is proposed is bound to the term: a leader that
 * was cut off must not end leases which the new one has renewed, neither itself nor by having its
 * proposals forwarded once it follows.
 */
public final class LeaseReaper {
    private static final int REVOKES_IN_FLIGHT_MAX = 16;

    private final LocalMember member;
    private final Lessor lessor;
    private final OwnProposals proposals;
    private final Supplier<Caller> root;
    private final boolean isPriority;
    private final LongSupplier nanoClock;
    private final Log log;
    private final LongAdder expired = new LongAdder();
    private final AtomicInteger inFlight = new AtomicInteger();

    /**
     * Works on the leases of the given lessor.
     *
     * @param root who has the right to revoke any lease, as apply checks it
     * @param isPriority whether revocations go on while apply lags too far behind for others
     */
    public LeaseReaper(
            LocalMember member,
            Lessor lessor,
            Supplier<Caller> root,
            boolean isPriority,
            LongSupplier nanoClock,
            Log log) {
        this.root = root;
        this.isPriority = isPriority;
        this.member = member;
        this.lessor = lessor;
        this.proposals = new OwnProposals(member);
        this.nanoClock = nanoClock;
        this.log = log;
    }

    /** Leases that this member has found expired as leader; any thread. */
    public long expiredCount() {
        return expired.sum();
    }

    /** One round. */
    public void turn() {
        if (!lessor.isPrimary() || inFlight.get() > 0) {
            return;
        }
        // Before the look at the leases: another term's leader has given them their time anew.
        long term = member.raftTerm();
        LeaseWork work = lessor.round(nanoClock.getAsLong());
        if (work.expired().isEmpty() && work.checkpoints().isEmpty()) {
            return;
        }
        member.ensureLeadership(
                new Barrier() {
                    @Override
                    public void passed() {
                        propose(work, term);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        log.warn(
                                "leases are not revoked, since this member may lead no more",
                                "error",
                                reason.error().toString());
                    }
                });
    }

    private void propose(LeaseWork work, long term) {
        if (!work.checkpoints().isEmpty()) {
            LeaseCheckpointRequest.Builder request = LeaseCheckpointRequest.newBuilder();
            for (LeaseCheckpoint checkpoint : work.checkpoints()) {
                request.addCheckpoints(
                        dev.plinth.api.etcdserverpb.LeaseCheckpoint.newBuilder()
                                .setID(checkpoint.id())
                                .setRemainingTTL(checkpoint.remainingTtlSeconds()));
            }
            proposals.propose(
                    InternalRaftRequest.LEASE_CHECKPOINT_FIELD_NUMBER,
                    request.build(),
                    Caller.NOBODY,
                    false,
                    term,
                    _ -> {});
        }
        expired.add(work.expired().size());
        int first = Math.min(work.expired().size(), REVOKES_IN_FLIGHT_MAX);
        Revocations queue = new Revocations(work.expired(), term);
        for (int i = 0; i < first; i++) {
            queue.next();
        }
    }

    /** Revokes one lease after the other; as many run at once as were started. */
    private final class Revocations {
        private final List<Long> leases;
        private final long term;
        private final AtomicInteger at = new AtomicInteger();

        Revocations(List<Long> leases, long term) {
            this.leases = leases;
            this.term = term;
        }

        void next() {
            int i = at.getAndIncrement();
            if (i >= leases.size()) {
                return;
            }
            inFlight.incrementAndGet();
            proposals.propose(
                    InternalRaftRequest.LEASE_REVOKE_FIELD_NUMBER,
                    LeaseRevokeRequest.newBuilder().setID(leases.get(i)).build(),
                    root.get(),
                    isPriority,
                    term,
                    refusal -> {
                        inFlight.decrementAndGet();
                        if (refusal == null) {
                            next();
                        } else {
                            log.warn(
                                    "failed to revoke lease",
                                    "lease-id",
                                    Long.toHexString(leases.get(i)),
                                    "error",
                                    refusal.error().toString());
                        }
                    });
        }
    }
}
