/**
 * Whole members on one thread: production code from the raft core to the watch hub, on a simulated
 * clock, network and disk. A run is a function of its seed.
 *
 * <p>{@link dev.plinth.server.sim.ServerSimulation} is one run, {@link
 * dev.plinth.server.sim.ServerSimulationCampaign} many of them.
 */
@NullMarked
package dev.plinth.server.sim;

import org.jspecify.annotations.NullMarked;
