package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyValue;
import dev.plinth.client.ListCursor;
import dev.plinth.client.ListSignal;
import dev.plinth.client.WatchItem;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who leads, that a thread reads by waiting for the next leader, or the next value of the same one.
 * One reading thread at a time; {@link #close} from any.
 */
public final class LeaderCursor implements AutoCloseable {
    private final ListCursor contenders;
    private final Map<Bytes, KeyValue> standing = new HashMap<>();
    private @Nullable KeyValue told;
    private boolean isComplete;

    LeaderCursor(ListCursor contenders) {
        this.contenders = contenders;
    }

    /**
     * Waits until somebody leads whose key and value have not been told yet. The first answer is
     * the present leader, if there is one. Of several changes that came together the last is told.
     *
     * @throws EtcdException.Cancelled if the cursor or the client was closed, or the thread is
     *     interrupted
     * @throws EtcdException if the election cannot be read
     */
    public KeyValue next() {
        while (true) {
            read(contenders.next());
            Optional<KeyValue> leader = isComplete ? leader() : Optional.empty();
            if (leader.isPresent() && !leader.get().equals(told)) {
                told = leader.get();
                return told;
            }
        }
    }

    private void read(ListSignal signal) {
        switch (signal) {
            case ListSignal.Items list -> {
                if (list.isFirst()) {
                    standing.clear();
                }
                list.items().forEach(item -> standing.put(item.key(), item));
                isComplete = list.isLast();
            }
            case ListSignal.Changes(var _, var changes) -> changes.forEach(this::read);
            case ListSignal.Progress _ -> {}
        }
    }

    private void read(WatchItem change) {
        switch (change) {
            case WatchItem.Put put -> standing.put(put.key(), put.now());
            case WatchItem.Delete delete -> standing.remove(delete.key());
        }
    }

    private Optional<KeyValue> leader() {
        return standing.values().stream().min(Comparator.comparingLong(KeyValue::createRevision));
    }

    /** Ends it; a waiting reader is woken. */
    @Override
    public void close() {
        contenders.close();
    }
}
