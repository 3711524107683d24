package dev.plinth.raft;

/**
 * A founding member for {@link RawNode#bootstrap}.
 *
 * @param id member id
 * @param context opaque description that goes into its configuration change entry
 */
public record Peer(long id, Bytes context) {}
