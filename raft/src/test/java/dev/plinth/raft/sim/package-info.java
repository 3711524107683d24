/**
 * A deterministic simulator of a raft cluster: one seed decides time, network, disks, crashes,
 * membership and clients, and what must always hold is checked after each event.
 *
 * <p>Start at {@link dev.plinth.raft.sim.Simulation}; {@link dev.plinth.raft.sim.SafetyChecks} says
 * what is checked. It uses the public interface of the node alone.
 */
package dev.plinth.raft.sim;
