package dev.plinth.pagestore;

/**
 * A state that is on stable storage.
 *
 * @param txid the transaction whose commit made the state
 * @param metaTxid the id in its meta page: txid, or one more
 * @param advanced false if that state was durable before
 * @param syncNanos time of the two syncs
 */
public record Checkpoint(long txid, long metaTxid, boolean advanced, long syncNanos) {}
