package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.Event.EventType;
import dev.plinth.api.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Whether a watcher got exactly the changes that it wanted: all of them, once, in order, with true
 * previous pairs; compared with what the committed log leads to.
 */
final class WatchCheck {
    private static final Comparator<ByteString> ORDER =
            ByteString.unsignedLexicographicalComparator();

    private final StoreModel model;

    WatchCheck(StoreModel model) {
        this.model = model;
    }

    void check(SimulatedWatcher watcher) {
        for (SimulatedWatcher.Stretch stretch : watcher.stretches()) {
            compare(watcher, stretch, Math.min(stretch.to(), watcher.next()));
        }
    }

    private void compare(SimulatedWatcher watcher, SimulatedWatcher.Stretch stretch, long to) {
        List<StoreModel.Event> expected = new ArrayList<>();
        for (StoreModel.Event event : model.events()) {
            if (event.revision() >= stretch.from()
                    && event.revision() < to
                    && isWithin(event.key(), watcher)
                    && watcher.wants(event.pair() == null)) {
                expected.add(event);
            }
        }
        for (int i = 0; i < Math.max(expected.size(), stretch.events().size()); i++) {
            if (i >= expected.size()) {
                throw new Violation("watch", "never happened: " + text(stretch.events().get(i)));
            }
            if (i >= stretch.events().size()) {
                throw new Violation("watch", "not delivered: " + expected.get(i));
            }
            requireSame(watcher, expected.get(i), stretch.events().get(i));
        }
    }

    private static boolean isWithin(ByteString key, SimulatedWatcher watcher) {
        return watcher.end().isEmpty()
                ? key.equals(watcher.key())
                : ORDER.compare(key, watcher.key()) >= 0 && ORDER.compare(key, watcher.end()) < 0;
    }

    private void requireSame(SimulatedWatcher watcher, StoreModel.Event expected, Event found) {
        KeyValue pair =
                expected.pair() != null
                        ? expected.pair()
                        : KeyValue.newBuilder()
                                .setKey(expected.key())
                                .setModRevision(expected.revision())
                                .build();
        EventType type = expected.pair() == null ? EventType.DELETE : EventType.PUT;
        if (found.getType() != type || !found.getKv().equals(pair)) {
            throw new Violation("watch", "expected %s, found %s".formatted(expected, text(found)));
        }
        if (found.hasPrevKv()) {
            if (!watcher.wantsPrevious() || !found.getPrevKv().equals(expected.previous())) {
                throw new Violation(
                        "watch",
                        "wrong previous pair: %s, expected %s".formatted(text(found), expected));
            }
        } else if (watcher.wantsPrevious()
                && expected.previous() != null
                && expected.revision() - 1 >= model.compacted()) {
            throw new Violation("watch", "no previous pair: " + text(found));
        }
    }

    private static String text(Event event) {
        return Operation.oneLine(event);
    }
}
