package dev.plinth.server.bolt;

import dev.plinth.pagestore.LockWait;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * What the commands stand on.
 *
 * @param disk where the files are
 * @param directory what relative paths of the command line are relative to
 * @param temporary where the benchmark puts its file
 * @param out results
 * @param err errors and progress
 * @param clock time
 * @param random for the benchmark's keys
 */
public record BoltContext(
        Disk disk,
        Path directory,
        Path temporary,
        PrintStream out,
        PrintStream err,
        Clock clock,
        RandomGenerator random) {
    /** Locks are waited for without end, as the reference does. */
    LockWait lockWait() {
        return LockWait.forever(clock);
    }
}
