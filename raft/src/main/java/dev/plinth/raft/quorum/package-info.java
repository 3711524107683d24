/**
 * Quorum arithmetic: pure functions of member sets, acknowledged indexes and votes, for a plain
 * majority and for the two majorities of a joint configuration.
 */
package dev.plinth.raft.quorum;
