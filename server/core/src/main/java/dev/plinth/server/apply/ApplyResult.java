package dev.plinth.server.apply;

import dev.plinth.server.core.RefusedException;

/** The outcome of an applied request as its waiter gets it. */
public sealed interface ApplyResult {
    /**
     * The request was carried out.
     *
     * @param revision revision for the response header; the store's revision after the request
     * @param body the response without its header
     */
    record Done(long revision, ResponseBody body) implements ApplyResult {}

    /** The request was refused, on every member alike. */
    record Refused(RefusedException reason) implements ApplyResult {}
}
