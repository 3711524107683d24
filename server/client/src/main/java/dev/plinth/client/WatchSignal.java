package dev.plinth.client;

import java.util.List;

/** What a watch tells, in this order: once that it exists, then changes and progress. */
public sealed interface WatchSignal {
    /** The watch exists; told once, not again when it is resumed on another server. */
    record Created(Header header) implements WatchSignal {}

    /**
     * Changes, in the order of revisions. Those of one revision are never split over two batches.
     *
     * @param items at least one
     */
    record Batch(Header header, List<WatchItem> items) implements WatchSignal {}

    /** There are no changes up to the header's revision but those told already. */
    record Progress(Header header) implements WatchSignal {}

    /** Of the server that told it. */
    Header header();
}
