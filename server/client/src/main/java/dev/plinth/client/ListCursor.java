package dev.plinth.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What keys there are, and then every change, once and in order, that a thread reads by waiting for
 * it. When history was removed before it was read, the list is told anew. One reading thread at a
 * time; {@link #close} from any.
 */
public final class ListCursor implements AutoCloseable {
    private final Kv kv;
    private final Watches watches;
    private final KeyRange keys;

    /** The list that is being read; absent while changes are. */
    private @Nullable Paging list;

    // Guarded by this.
    private @Nullable WatchCursor watch;
    private boolean isClosed;

    ListCursor(Kv kv, Watches watches, KeyRange keys) {
        this.kv = kv;
        this.watches = watches;
        this.keys = keys;
    }

    /**
     * Waits for what comes next.
     *
     * @throws EtcdException.Cancelled if the cursor or the client was closed, or the thread is
     *     interrupted
     * @throws EtcdException if the keys cannot be read
     */
    public ListSignal next() {
        while (true) {
            try {
                WatchCursor open = watchIfOpen();
                if (open == null) {
                    return nextItems();
                }
                switch (open.next()) {
                    case WatchSignal.Created _ -> {}
                    case WatchSignal.Batch(Header header, List<WatchItem> items) -> {
                        return new ListSignal.Changes(header, items);
                    }
                    case WatchSignal.Progress(Header header) -> {
                        return new ListSignal.Progress(header);
                    }
                }
            } catch (EtcdException.Compacted _) {
                startAnew();
            }
        }
    }

    private ListSignal nextItems() {
        Paging open = list;
        boolean isFirst = open == null;
        if (open == null) {
            open = new Paging(kv.async(), Range.of(keys));
            list = open;
        }
        List<KeyValue> items = open.nextPage();
        if (open.isLast()) {
            list = null;
            follow(open.revision() + 1);
        }
        return new ListSignal.Items(open.revision(), items, isFirst, open.isLast());
    }

    private synchronized @Nullable WatchCursor watchIfOpen() {
        if (isClosed) {
            throw EtcdException.of(Reason.WATCH_CANCELED);
        }
        return watch;
    }

    private synchronized void follow(long from) {
        if (!isClosed) {
            watch = watches.open(WatchSpec.of(keys).from(from));
        }
    }

    private void startAnew() {
        Paging half = list;
        if (half != null) {
            half.close();
            list = null;
        }
        synchronized (this) {
            if (watch != null) {
                watch.close();
                watch = null;
            }
        }
    }

    /** Ends it; a reader that waits for changes is woken. */
    @Override
    public synchronized void close() {
        isClosed = true;
        if (watch != null) {
            watch.close();
        }
    }
}
