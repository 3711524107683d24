package dev.plinth.client;

import java.time.Duration;

/** A lease that was granted: keys attached to it go when it does. Any thread. */
public final class Lease {
    private final Leases leases;
    private final long id;
    private final Duration ttl;

    Lease(Leases leases, long id, Duration ttl) {
        this.leases = leases;
        this.id = id;
        this.ttl = ttl;
    }

    /** What {@link Put#lease} takes. */
    public long id() {
        return id;
    }

    /** Time to live that the server chose; at least what was asked for. */
    public Duration ttl() {
        return ttl;
    }

    /** Renews it from now on, at once for the first time. */
    public KeepAlive keepAlive() {
        return leases.keepAlive(id, ttl);
    }

    /**
     * Ends it now, with its keys.
     *
     * @throws EtcdException.LeaseNotFound if it has run out already
     */
    public void revoke() {
        leases.revoke(id);
    }

    @Override
    public String toString() {
        return "Lease %016x".formatted(id);
    }
}
