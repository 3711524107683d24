package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseCheckpoint;
import dev.plinth.api.etcdserverpb.LeaseCheckpointRequest;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.Lessor.Renewal;
import dev.plinth.server.apply.MvccRefusals;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Renews leases on the leader.
 *
 * <p>Leadership is confirmed first: a leader that was deposed without noticing must not promise
 * anything. A lease that is not found here may be one whose grant has been committed but not
 * applied yet, so that is waited for once. A lease that has expired and is being revoked is asked
 * for again when that is settled. Safe for any thread; nothing blocks.
 */
final class LeaseRenewal {
    /** Longest wait for entries that are committed to be applied. */
    static final long APPLIED_WAIT_NANOS = 1_000_000_000L;

    /** Told how a renewal ended, once, on any thread. */
    interface Result {
        /** Renewed for so many seconds; 0 when there is no such lease. */
        void renewed(long ttlSeconds);

        void failed(RefusedException reason);
    }

    private final LocalMember member;
    private final Lessor lessor;
    private final LogWriter log;
    private final Executor background;
    private final LongSupplier nanoClock;

    LeaseRenewal(
            LocalMember member,
            Lessor lessor,
            LogWriter log,
            Executor background,
            LongSupplier nanoClock) {
        this.member = member;
        this.lessor = lessor;
        this.log = log;
        this.background = background;
        this.nanoClock = nanoClock;
    }

    void renew(long id, Result result) {
        member.ensureLeadership(
                new Barrier() {
                    @Override
                    public void passed() {
                        if (lessor.exists(id)) {
                            attempt(id, result);
                        } else {
                            renewOnceApplied(id, result);
                        }
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        result.failed(reason);
                    }
                });
    }

    private void renewOnceApplied(long id, Result result) {
        member.awaitApplied(
                member.committedIndex(),
                APPLIED_WAIT_NANOS,
                new Barrier() {
                    @Override
                    public void passed() {
                        attempt(id, result);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        result.failed(reason);
                    }
                });
    }

    private void attempt(long id, Result result) {
        Renewal renewal;
        try {
            Runnable again = () -> background.execute(() -> attempt(id, result));
            renewal = lessor.renew(id, nanoClock.getAsLong(), again);
        } catch (MvccException refused) {
            refused(refused, result);
            return;
        }
        switch (renewal) {
            case Renewal.Renewed(long ttlSeconds) -> result.renewed(ttlSeconds);
            case Renewal.Expired() -> {}
            case Renewal.NeedsCheckpoint(var checkpoint) ->
                    checkpoint(checkpoint.id(), checkpoint.remainingTtlSeconds(), result);
        }
    }

    private static void refused(MvccException refused, Result result) {
        RefusedException reason = MvccRefusals.refusal(refused);
        if (reason.error() == EtcdError.LEASE_NOT_FOUND) {
            result.renewed(0);
        } else {
            result.failed(reason);
        }
    }

    private void checkpoint(long id, long remainingTtlSeconds, Result result) {
        LeaseCheckpointRequest request =
                LeaseCheckpointRequest.newBuilder()
                        .addCheckpoints(
                                LeaseCheckpoint.newBuilder()
                                        .setID(id)
                                        .setRemainingTTL(remainingTtlSeconds))
                        .build();
        try {
            log.write(
                    InternalRaftRequest.LEASE_CHECKPOINT_FIELD_NUMBER,
                    request,
                    Caller.NOBODY,
                    new LogWriter.Outcome() {
                        @Override
                        public void applied(ApplyResult applied) {
                            attempt(id, result);
                        }

                        @Override
                        public void failed(RefusedException reason) {
                            result.failed(reason);
                        }
                    });
        } catch (RefusedException e) {
            result.failed(e);
        }
    }
}
