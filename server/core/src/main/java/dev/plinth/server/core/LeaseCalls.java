package dev.plinth.server.core;

import dev.plinth.mvcc.lease.LeaseTimeToLive;
import java.util.concurrent.CompletionStage;

/**
 * What the leader alone can say about leases, since it alone counts their time. Asked of this
 * member's own leases while it leads, and of the leader over the network otherwise. Any thread;
 * nothing blocks. A stage fails with a {@link RefusedException} and nothing else.
 */
public interface LeaseCalls {
    /** Renews a lease; the seconds that it has now. Fails with LEASE_NOT_FOUND. */
    CompletionStage<Long> renew(long id);

    /**
     * Lifetime of a lease and, if wanted, its keys. Fails with LEASE_NOT_FOUND.
     *
     * @param withKeys whether the keys are wanted
     */
    CompletionStage<LeaseTimeToLive> timeToLive(long id, boolean withKeys);
}
