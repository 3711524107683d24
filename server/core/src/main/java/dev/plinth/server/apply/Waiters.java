package dev.plinth.server.apply;

import dev.plinth.server.core.ApplyResult;

/** The local requests that wait for an entry to be applied; used by the apply loop alone. */
public interface Waiters {
    /** True when a local request waits under this id. */
    boolean isWaiting(long requestId);

    /** Hands the outcome to the waiter, if there is one, and forgets it. */
    void complete(long requestId, ApplyResult result);
}
