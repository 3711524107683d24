package dev.plinth.client;

import dev.plinth.api.mvccpb.Event;
import java.util.Optional;

/** One change of one key. */
public sealed interface WatchItem {
    /**
     * A key was written.
     *
     * @param now the item as it is since
     * @param before as it was, if that was asked for, there was one, and it is not compacted
     */
    record Put(KeyValue now, Optional<KeyValue> before) implements WatchItem {
        /** Whether the key did not exist before. */
        public boolean isCreation() {
            return now.version() == 1;
        }

        @Override
        public Bytes key() {
            return now.key();
        }

        @Override
        public long revision() {
            return now.modRevision();
        }
    }

    /**
     * A key was deleted, by a request or with its lease.
     *
     * @param before as it was, if that was asked for and is not compacted
     */
    record Delete(Bytes key, long revision, Optional<KeyValue> before) implements WatchItem {}

    /** The key that changed. */
    Bytes key();

    /** Revision of the change. */
    long revision();

    /** The change that the wire tells of. */
    static WatchItem of(Event event, Namespace namespace) {
        Optional<KeyValue> before =
                event.hasPrevKv()
                        ? Optional.of(KeyValue.of(event.getPrevKv(), namespace))
                        : Optional.empty();
        KeyValue now = KeyValue.of(event.getKv(), namespace);
        return event.getType() == Event.EventType.DELETE
                ? new Delete(now.key(), now.modRevision(), before)
                : new Put(now, before);
    }
}
