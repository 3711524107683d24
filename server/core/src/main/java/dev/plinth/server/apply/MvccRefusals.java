package dev.plinth.server.apply;

import dev.plinth.mvcc.MvccException;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;

/** Turns what the store refuses into what the wire knows. */
public final class MvccRefusals {
    private MvccRefusals() {}

    /** The refusal for an answer of the store. */
    public static RefusedException refusal(MvccException e) {
        return switch (e.reason()) {
            case COMPACTED -> RefusedException.of(EtcdError.COMPACTED);
            case FUTURE_REVISION -> RefusedException.of(EtcdError.FUTURE_REVISION);
            case LEASE_NOT_FOUND -> RefusedException.of(EtcdError.LEASE_NOT_FOUND);
            case LEASE_EXISTS -> RefusedException.of(EtcdError.LEASE_EXISTS);
            case LEASE_TTL_TOO_LARGE -> RefusedException.of(EtcdError.LEASE_TTL_TOO_LARGE);
            case NOT_PRIMARY_LESSOR, DUPLICATE_WATCH_ID, EMPTY_WATCH_RANGE ->
                    RefusedException.unmapped(String.valueOf(e.getMessage()));
        };
    }
}
