package dev.plinth.walio;

import java.nio.file.Path;

/**
 * Hears what the log does, for metrics. Called by the thread that does it, so it has to be quick
 * and must not call the log.
 */
public interface WalObserver {
    /** Hears nothing. */
    WalObserver NONE = new WalObserver() {};

    /**
     * A batch is durable.
     *
     * @param nanos time of the write and sync
     * @param records records in it
     * @param bytes bytes of their frames
     */
    default void committed(long nanos, int records, long bytes) {}

    /** A file or directory was synced outside a commit. */
    default void synced(long nanos) {}

    /** The log goes on in a new segment. */
    default void cut(Path segment) {}

    /** A cut found the next segment not yet zeroed, so a part of it is only reserved. */
    default void fellBackToReservedSpace() {}

    /**
     * There is no space for the next segment: the disk is about to be full. The present segment
     * takes what it has room for; the cut behind it fails, unless space has come back by then.
     */
    default void ranOutOfSpace() {}
}
