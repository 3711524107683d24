package dev.plinth.client;

import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseLeasesRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseStatus;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Leases, without waiting. Futures fail with an {@link EtcdException}.
 *
 * <p>These calls are repeated while servers are unavailable: a lease whose grant was not heard of
 * runs out by itself.
 */
public final class AsyncLeases {
    private final Calls calls;
    private final CallOptions options;
    private final Namespace namespace;

    AsyncLeases(Calls calls, CallOptions options, Namespace namespace) {
        this.calls = calls;
        this.options = options;
        this.namespace = namespace;
    }

    Calls calls() {
        return calls;
    }

    <R> CompletableFuture<R> grant(Duration ttl, Function<LeaseGrantResponse, R> reading) {
        long seconds = Math.max(1, ttl.plusNanos(999_999_999).toSeconds());
        return calls.call(
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrantRequest.newBuilder().setTTL(seconds).build(),
                options,
                reading);
    }

    /**
     * Ends a lease, with its keys.
     *
     * @return fails with {@link EtcdException.LeaseNotFound} if there is none
     */
    public CompletableFuture<Header> revoke(long lease) {
        return calls.call(
                LeaseGrpc.getLeaseRevokeMethod(),
                LeaseRevokeRequest.newBuilder().setID(lease).build(),
                options,
                response -> Header.of(response.getHeader()));
    }

    /**
     * What is known of a lease.
     *
     * @param withKeys whether its keys are wanted
     * @return fails with {@link EtcdException.LeaseNotFound} if there is none
     */
    public CompletableFuture<LeaseInfo> info(long lease, boolean withKeys) {
        return calls.call(
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(withKeys).build(),
                options,
                this::info);
    }

    /**
     * Renews a lease once.
     *
     * @return its time to live from now on; fails with {@link EtcdException.LeaseNotFound} if there
     *     is none
     */
    public CompletableFuture<Duration> renewOnce(long lease) {
        return calls.call(
                LeaseGrpc.getLeaseKeepAliveMethod(),
                LeaseKeepAliveRequest.newBuilder().setID(lease).build(),
                options,
                response -> {
                    if (response.getTTL() <= 0) {
                        throw EtcdException.of(Reason.LEASE_NOT_FOUND);
                    }
                    return Duration.ofSeconds(response.getTTL());
                });
    }

    private LeaseInfo info(LeaseTimeToLiveResponse response) {
        if (response.getTTL() < 0) {
            throw EtcdException.of(Reason.LEASE_NOT_FOUND);
        }
        return new LeaseInfo(
                Header.of(response.getHeader()),
                response.getID(),
                Duration.ofSeconds(response.getTTL()),
                Duration.ofSeconds(response.getGrantedTTL()),
                response.getKeysList().stream()
                        .filter(namespace::holds)
                        .map(namespace::strip)
                        .toList());
    }

    /** Ids of all leases. */
    public CompletableFuture<List<Long>> list() {
        return calls.call(
                LeaseGrpc.getLeaseLeasesMethod(),
                LeaseLeasesRequest.getDefaultInstance(),
                options,
                response -> response.getLeasesList().stream().map(LeaseStatus::getID).toList());
    }
}
