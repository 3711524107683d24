package dev.plinth.client;

/** Which keys a request is about. */
public sealed interface KeyRange {
    /** One key. An empty one is refused by the server. */
    record Single(Bytes key) implements KeyRange {}

    /** All keys that begin with a prefix; with an empty one, all keys. */
    record Prefix(Bytes prefix) implements KeyRange {}

    /**
     * All keys from one up to another, which is not among them.
     *
     * @param from the first
     * @param toExclusive larger than the first, and than the smallest key of all
     */
    record Between(Bytes from, Bytes toExclusive) implements KeyRange {
        private static final Bytes SMALLEST = Bytes.copyOf(new byte[1]);

        /** Checks the order: an empty end has other meanings on the wire. */
        public Between {
            if (from.compareTo(toExclusive) >= 0 || SMALLEST.compareTo(toExclusive) >= 0) {
                throw new IllegalArgumentException(
                        "no keys from \"" + from + "\" to \"" + toExclusive + "\"");
            }
        }
    }

    /** All keys from one on. */
    record From(Bytes from) implements KeyRange {}

    /** All keys. */
    record All() implements KeyRange {}

    /** One key. */
    static KeyRange single(Bytes key) {
        return new Single(key);
    }

    /** All keys that begin with a prefix. */
    static KeyRange prefix(Bytes prefix) {
        return new Prefix(prefix);
    }

    /**
     * All keys from one up to another, which is not among them.
     *
     * @throws IllegalArgumentException if there can be none
     */
    static KeyRange between(Bytes from, Bytes toExclusive) {
        return new Between(from, toExclusive);
    }

    /** All keys from one on. */
    static KeyRange from(Bytes from) {
        return new From(from);
    }

    /** All keys. */
    static KeyRange all() {
        return new All();
    }
}
