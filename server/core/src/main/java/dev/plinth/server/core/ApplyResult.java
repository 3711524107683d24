package dev.plinth.server.core;

import java.util.concurrent.CompletionStage;

/** The outcome of an applied request as its waiter gets it. */
public sealed interface ApplyResult {
    /**
     * The request was carried out.
     *
     * @param revision revision for the response header; the store's revision after the request
     * @param body the response without its header
     */
    record Done(long revision, ResponseBody body) implements ApplyResult {}

    /**
     * A compaction was accepted: reads below it are refused from now on.
     *
     * @param revision as in {@link Done}
     * @param physical completes when the space is free; a request may ask to be answered only then
     */
    record Compacted(long revision, CompletionStage<Void> physical) implements ApplyResult {}

    /** The request was refused, on every member alike. */
    record Refused(RefusedException reason) implements ApplyResult {}
}
