/**
 * A disk in memory that loses power.
 *
 * <p>{@link dev.plinth.walio.io.sim.SimulatedDisk} stands in for the real one behind {@link
 * dev.plinth.walio.io.Disk}. It promises as little as the specifications of the system calls do:
 * data that no sync covered may be there after a power loss, in part, in any order and in any of
 * its versions; a file's length and name have to be synced as well. {@link
 * dev.plinth.walio.io.sim.DiskFaults} makes calls fail, stall or be the last one.
 *
 * <p>A typical test of one crash:
 *
 * <pre>{@code
 * SimulatedDisk disk = new SimulatedDisk();
 * disk.makeDurableDirectory(Path.of("/data"));
 * disk.faults().losePowerAtCall(random.nextInt(1000));
 * try {
 *     work(disk);
 * } catch (PowerLossException expected) {
 * }
 * SimulatedDisk found = disk.crash(seed);
 * verify(found);
 * }</pre>
 */
@NullMarked
package dev.plinth.walio.io.sim;

import org.jspecify.annotations.NullMarked;
