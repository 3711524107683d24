package dev.plinth.raft;

import java.util.List;

/**
 * Where a node finds the part of its log that it has handed out for storing. Called by the node's
 * thread; with asynchronous storage writes another thread appends meanwhile, so an implementation
 * has to be thread-safe then.
 *
 * <p>Any exception but {@link StorageException} is fatal to the node.
 */
public interface RaftStorage {
    /**
     * What was stored last.
     *
     * @param hardState empty when none was stored
     */
    record InitialState(HardState hardState, ConfState confState) {}

    InitialState initialState();

    /**
     * Entries in {@code [lo, hi)}: a prefix whose encoded size is at most {@code sizeMax}, but at
     * least one entry. The list never changes afterwards.
     *
     * @throws StorageException compacted, or not there
     */
    List<Entry> entries(long lo, long hi, long sizeMax) throws StorageException;

    /**
     * Term of an entry between {@code firstIndex - 1} and {@code lastIndex}.
     *
     * @throws StorageException compacted, or not there
     */
    long term(long index) throws StorageException;

    long lastIndex();

    /** First index that may be available as an entry. */
    long firstIndex();

    /**
     * The newest snapshot.
     *
     * @throws StorageException when none is at hand for the moment
     */
    Snapshot snapshot() throws StorageException;
}
