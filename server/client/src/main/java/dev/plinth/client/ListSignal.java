package dev.plinth.client;

import java.util.List;

/** What {@link Watches#listAndWatch} tells. */
public sealed interface ListSignal {
    /**
     * Items that were there at a revision.
     *
     * @param items in the order of keys, some of all
     * @param isFirst whether they begin a list: what was told before it is out of date
     * @param isLast whether they end it: changes behind its revision follow
     */
    record Items(long revision, List<KeyValue> items, boolean isFirst, boolean isLast)
            implements ListSignal {}

    /**
     * Changes, all those of a revision together.
     *
     * @param items in the order in which they were made
     */
    record Changes(Header header, List<WatchItem> items) implements ListSignal {}

    /** All changes up to the header's revision have been told. */
    record Progress(Header header) implements ListSignal {}
}
