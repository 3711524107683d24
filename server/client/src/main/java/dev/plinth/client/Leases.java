package dev.plinth.client;

import java.time.Duration;
import java.util.List;

/**
 * Leases and their renewal. Methods wait for the answer and throw an {@link EtcdException}; {@link
 * #async} has those that can do without.
 */
public final class Leases {
    private final AsyncLeases async;
    private final KeepAliveHub renewals;

    Leases(AsyncLeases async, KeepAliveHub renewals) {
        this.async = async;
        this.renewals = renewals;
    }

    /** The same without waiting. */
    public AsyncLeases async() {
        return async;
    }

    /**
     * A new lease, which runs out unless it is kept alive.
     *
     * @param ttl time to live, rounded up to seconds; the server may choose a longer one
     */
    public Lease grant(Duration ttl) {
        return Await.result(
                async.grant(
                        ttl,
                        response ->
                                new Lease(
                                        this,
                                        response.getID(),
                                        Duration.ofSeconds(response.getTTL()))));
    }

    /**
     * Ends a lease, with its keys.
     *
     * @throws EtcdException.LeaseNotFound if there is none
     */
    public Header revoke(long lease) {
        return Await.result(async.revoke(lease));
    }

    /**
     * What is known of a lease.
     *
     * @param withKeys whether its keys are wanted
     * @throws EtcdException.LeaseNotFound if there is none
     */
    public LeaseInfo info(long lease, boolean withKeys) {
        return Await.result(async.info(lease, withKeys));
    }

    /**
     * Renews a lease once; {@link #keepAlive} does so for as long as it is wanted.
     *
     * @return its time to live from now on
     * @throws EtcdException.LeaseNotFound if there is none
     */
    public Duration renewOnce(long lease) {
        return Await.result(async.renewOnce(lease));
    }

    /** Ids of all leases. */
    public List<Long> list() {
        return Await.result(async.list());
    }

    /** Renews a lease that another program was granted; it counts as lost if nobody answers. */
    public KeepAlive keepAlive(long lease) {
        return keepAlive(lease, async.calls().defaultDeadline());
    }

    KeepAlive keepAlive(long lease, Duration firstAnswer) {
        return renewals.join(lease, firstAnswer.toNanos());
    }
}
