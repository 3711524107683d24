package dev.plinth.client;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A prefix that all keys of a view of the client have on the server and none has in the program.
 * Source: tools.md 7.6.
 */
record Namespace(Bytes prefix) {
    static final Namespace NONE = new Namespace(Bytes.EMPTY);

    /** On the wire: this end means all keys from the first on. */
    private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);

    /** First key and end as the wire has them. */
    record Interval(ByteString key, ByteString end) {}

    Namespace with(Bytes inner) {
        return new Namespace(prefix.concat(inner));
    }

    /**
     * The key as the server knows it.
     *
     * @throws EtcdException.Refused for an empty key, which the prefix would hide from the server
     */
    ByteString key(Bytes key) {
        if (prefix.isEmpty()) {
            return key.content();
        }
        if (key.isEmpty()) {
            throw EtcdException.of(Reason.KEY_NOT_PROVIDED);
        }
        return prefix.content().concat(key.content());
    }

    /** The keys as the server knows them. */
    Interval interval(KeyRange range) {
        return switch (range) {
            case KeyRange.Single(Bytes key) -> new Interval(key(key), ByteString.EMPTY);
            case KeyRange.Prefix(Bytes start) -> interval(start, start.prefixEnd());
            case KeyRange.Between(Bytes from, Bytes to) -> interval(from, to);
            case KeyRange.From(Bytes from) -> interval(from, null);
            case KeyRange.All() -> interval(Bytes.EMPTY, null);
        };
    }

    private Interval interval(Bytes from, @Nullable Bytes to) {
        if (to != null) {
            return new Interval(start(from), prefix.content().concat(to.content()));
        }
        Bytes end = prefix.prefixEnd();
        return new Interval(start(from), end == null ? OPEN : end.content());
    }

    private ByteString start(Bytes from) {
        Bytes start = prefix.concat(from);
        return start.isEmpty() ? OPEN : start.content();
    }

    /** The key as the program knows it. */
    Bytes strip(ByteString key) {
        return prefix.isEmpty() ? Bytes.of(key) : Bytes.of(key.substring(prefix.size()));
    }

    boolean holds(ByteString key) {
        return key.startsWith(prefix.content());
    }
}
