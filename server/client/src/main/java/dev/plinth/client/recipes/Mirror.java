package dev.plinth.client.recipes;

import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyRange;
import dev.plinth.client.KeyValue;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Range;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import java.util.stream.Stream;

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
        while (true) {
            try {
                long revision = source.kv().range(Range.of(keys).countOnly()).header().revision();
                sink.begin(revision);
                try (Stream<KeyValue> items = source.kv().stream(Range.of(keys).at(revision))) {
                    items.forEach(sink::item);
                }
                sink.complete(revision);
                followChanges(source, WatchSpec.of(keys).from(revision + 1), sink);
            } catch (EtcdException.Compacted _) {
                // Begins anew.
            }
        }
    }

    private static void followChanges(PlinthClient source, WatchSpec spec, Sink sink) {
        try (WatchCursor watch = source.watches().open(spec)) {
            while (true) {
                if (watch.next() instanceof WatchSignal.Batch(var _, var changes)) {
                    changes.forEach(sink::change);
                }
            }
        }
    }
}
