package dev.plinth.mvcc.quota;

import org.jspecify.annotations.Nullable;

/** The keys that are alive in one state of the store, as far as quotas look at them. */
public interface LiveKeys {
    /** Of a key that is not alive. */
    long ABSENT = -1;

    /** Bytes of a key and its value; {@link #ABSENT} when it is not alive. */
    long sizeOf(byte[] key);

    /**
     * Visits the keys of an interval in order.
     *
     * @param end null: only {@code key}; empty: every key from {@code key} on; else exclusive
     */
    void visit(byte[] key, byte @Nullable [] end, Visitor visitor);

    /** The value of a key; null when it is not alive. */
    byte @Nullable [] valueOf(byte[] key);

    /** Is given the keys of a visit. */
    interface Visitor {
        /**
         * One key.
         *
         * @param sizeBytes of key and value
         */
        void visit(byte[] key, long sizeBytes);
    }
}
