package dev.plinth.walio;

/**
 * A raft hard state as the log holds it.
 *
 * @param term the latest term seen
 * @param vote member voted for in it, 0 for none
 * @param commit highest entry known to be committed
 * @param bytes the encoded raftpb.HardState exactly as stored
 */
public record LogState(long term, long vote, long commit, byte[] bytes) {}
