package dev.plinth.raft;

/**
 * The part of a member's state that is useful to know and lost in a crash without harm.
 *
 * @param lead id of the leader as known here, 0 for none
 * @param role own role
 */
public record SoftState(long lead, Role role) {}
