package dev.plinth.server.apply;

/**
 * Applies the data of committed normal entries in order.
 *
 * <p>Called by the apply loop alone. The caller has set the consistent index that the backend
 * stores with the writes of this entry.
 */
public interface Applier {
    /**
     * Applies one entry and completes its waiter.
     *
     * @param data array that holds the entry's bytes, an {@code InternalRaftRequest} or one of the
     *     two V2 requests that old members write
     * @param offset where they start
     * @param length how many they are
     * @param index the entry's index
     * @param term the entry's term
     * @param newer false when the database already holds the effects of this entry (index not above
     *     the consistent index): only the cluster's attributes in memory follow it
     * @throws IllegalStateException for an entry that no version could have written; the member
     *     must halt
     */
    void apply(byte[] data, int offset, int length, long index, long term, boolean newer);
}
