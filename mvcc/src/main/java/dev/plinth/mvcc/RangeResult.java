package dev.plinth.mvcc;

import java.lang.foreign.MemorySegment;

/**
 * The answer to a range: positions of encoded {@code mvccpb.KeyValue}s, not objects.
 *
 * <p>What {@link #encoded} returns points into the database file's mapping or the write buffer and
 * is valid until the view that answered is closed; a server copies it straight into its reply. The
 * copies ({@link #key}, {@link #value}) stay valid.
 *
 * <p>Not thread-safe; belongs to the caller. State: 40 bytes an entry.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RangeResult {

    RangeResult() {}

    /** Number of entries. */
    public int size() {
        throw new UnsupportedOperationException();
    }

    /** Live keys in the interval at the revision read, before limit and filters. */
    public long count() {
        throw new UnsupportedOperationException();
    }

    /** Whether the limit cut entries off. */
    public boolean more() {
        throw new UnsupportedOperationException();
    }

    /** The store's current revision when the range was read: the header's revision. */
    public long revision() {
        throw new UnsupportedOperationException();
    }

    /** The encoded {@code mvccpb.KeyValue} of entry {@code i}, canonical proto3. */
    public MemorySegment encoded(int i) {
        throw new UnsupportedOperationException();
    }

    /** Length of {@link #encoded} in bytes, without making a segment. */
    public int encodedSize(int i) {
        throw new UnsupportedOperationException();
    }

    public byte[] key(int i) {
        throw new UnsupportedOperationException();
    }

    /** A copy of the value; empty when the query asked for keys only. */
    public byte[] value(int i) {
        throw new UnsupportedOperationException();
    }

    public long createRevision(int i) {
        throw new UnsupportedOperationException();
    }

    public long modRevision(int i) {
        throw new UnsupportedOperationException();
    }

    public long version(int i) {
        throw new UnsupportedOperationException();
    }

    /** Lease id, 0 for none (and always with {@link RangeQuery.KeysOnly#FROM_INDEX}). */
    public long lease(int i) {
        throw new UnsupportedOperationException();
    }
}
