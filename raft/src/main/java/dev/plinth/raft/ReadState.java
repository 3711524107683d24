package dev.plinth.raft;

/**
 * The answer to {@link RawNode#readIndex}: a read may be served once everything up to the index is
 * applied.
 *
 * @param index commit index that was confirmed by a quorum after the request came
 * @param context what the request carried, to find it again
 */
public record ReadState(long index, Bytes context) {}
