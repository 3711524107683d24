/**
 * The Raft consensus core as a pure, deterministic state machine: equal in behaviour to the etcd
 * raft library of release line 3.7.
 *
 * <p>Inputs are messages ({@link dev.plinth.raft.RawNode#step}), clock ticks and applied
 * configuration changes; outputs are collected in a {@link dev.plinth.raft.Ready}. There is no
 * input or output, no clock, no thread and no hidden randomness in here: who drives the node writes
 * the log, sends the messages and applies what is committed.
 *
 * <p>One {@link dev.plinth.raft.RawNode} belongs to one thread. What it hands out ({@code Ready},
 * {@code Message}, {@code Entry}, {@code Snapshot}) is immutable and may be used on any thread.
 *
 * <p>Ids, terms, indexes and sizes are unsigned 64-bit numbers in a {@code long}.
 */
package dev.plinth.raft;
