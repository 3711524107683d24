package dev.plinth.client.recipes;

import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyRange;
import dev.plinth.client.KeyValue;
import dev.plinth.client.ListCursor;
import dev.plinth.client.ListSignal;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.WatchItem;

/**
 * Keeps a copy of keys elsewhere: all items as of one revision, page by page, then every change
 * behind it, once and in order. When history was removed before it was read, all begins anew.
 */
public final class Mirror {
    /** Where the copy is. Called by the thread that follows. */
    public interface Sink {
        /** What was copied before is out of date: all items as of a revision follow. */
        void begin(long revision);

        /** An item that was there at that revision. */
        void item(KeyValue item);

        /** That were all items; from now on changes follow. */
        void complete(long revision);

        /** A change. */
        void change(WatchItem change);
    }

    private Mirror() {}

    /**
     * Follows until the thread is interrupted or the client is closed.
     *
     * @throws EtcdException always: {@link EtcdException.Cancelled} in these cases, another one if
     *     the keys cannot be read
     */
    public static void follow(PlinthClient source, KeyRange keys, Sink sink) {
        try (ListCursor cursor = source.watches().listAndWatch(keys)) {
            while (true) {
                switch (cursor.next()) {
                    case ListSignal.Items list -> {
                        if (list.isFirst()) {
                            sink.begin(list.revision());
                        }
                        list.items().forEach(sink::item);
                        if (list.isLast()) {
                            sink.complete(list.revision());
                        }
                    }
                    case ListSignal.Changes(var _, var changes) -> changes.forEach(sink::change);
                    case ListSignal.Progress _ -> {}
                }
            }
        }
    }
}
