package dev.plinth.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * One write transaction, apply thread only. All its changes share one main revision, {@code
 * beginRevision() + 1}, with sub-revisions in order of the calls; a transaction without changes
 * makes no revision.
 *
 * <p>Reads through this view see the changes made so far. Changes become visible to others, and
 * reach the watchers, at {@link #end} as one step. There is no rollback: whoever calls must have
 * checked everything that can be refused before the first change.
 */
public interface WriteView extends ReadView {

    /** Current revision before this transaction. */
    long beginRevision();

    /** Current revision as reads inside this transaction see it: +1 once something has changed. */
    @Override
    long revision();

    /**
     * Writes a pair and moves the key from its old lease to the given one.
     *
     * @param lease 0 for none; must be a known lease otherwise
     * @return the main revision of this transaction
     */
    long put(byte[] key, byte[] value, long lease);

    /**
     * Deletes the keys of the interval that are alive, in key order, a tombstone and a sub-revision
     * each, and detaches them from their leases.
     *
     * @param end as in {@link RangeQuery}
     * @return how many keys were deleted
     */
    long deleteRange(byte[] key, byte @Nullable [] end);

    /** Whether something was changed, so that {@link #end} makes a revision. */
    boolean changed();

    /** Publishes the changes, notifies watchers, ends the transaction. */
    void end();

    /** The same as {@link #end}; does nothing on an ended transaction. */
    @Override
    void close();
}
