package dev.plinth.server.rpc;

import dev.plinth.mvcc.lease.LeaseTimeToLive;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.MemoryBudget;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** This member's own leases; of use while it leads. */
public final class OwnLeases implements LeaseCalls {
    private final LocalMember member;
    private final Lessor lessor;
    private final LeaseRenewal renewal;
    private final LongSupplier nanoClock;

    /**
     * @param requestBytesMax greatest request that may be proposed
     * @param background runs what waited
     */
    public OwnLeases(
            LocalMember member,
            Lessor lessor,
            int requestBytesMax,
            Executor background,
            LongSupplier nanoClock) {
        this.member = member;
        this.lessor = lessor;
        this.nanoClock = nanoClock;
        this.renewal =
                new LeaseRenewal(
                        member,
                        lessor,
                        new LogWriter(member, requestBytesMax, MemoryBudget.unbounded()),
                        background,
                        nanoClock);
    }

    @Override
    public CompletionStage<Long> renew(long id) {
        CompletableFuture<Long> renewed = new CompletableFuture<>();
        renewal.renew(
                id,
                new LeaseRenewal.Result() {
                    @Override
                    public void renewed(long ttlSeconds) {
                        if (ttlSeconds == 0) {
                            failed(RefusedException.of(EtcdError.LEASE_NOT_FOUND));
                        } else {
                            renewed.complete(ttlSeconds);
                        }
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        renewed.completeExceptionally(reason);
                    }
                });
        return renewed;
    }

    @Override
    public CompletionStage<LeaseTimeToLive> timeToLive(long id, boolean withKeys) {
        CompletableFuture<LeaseTimeToLive> result = new CompletableFuture<>();
        member.awaitApplied(
                member.committedIndex(),
                LeaseRenewal.APPLIED_WAIT_NANOS,
                new Barrier() {
                    @Override
                    public void passed() {
                        LeaseTimeToLive found =
                                lessor.timeToLive(id, withKeys, nanoClock.getAsLong());
                        if (found == null) {
                            failed(RefusedException.of(EtcdError.LEASE_NOT_FOUND));
                        } else if (!lessor.isPrimary()) {
                            // Its time is not counted here: whoever leads now knows.
                            failed(RefusedException.of(EtcdError.NOT_LEADER));
                        } else {
                            result.complete(found);
                        }
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        result.completeExceptionally(reason);
                    }
                });
        return result;
    }
}
