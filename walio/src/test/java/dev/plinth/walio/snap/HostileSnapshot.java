package dev.plinth.walio.snap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;

/** Reads a snapshot file that may hold any bytes: it is understood or put aside. */
public final class HostileSnapshot {
    private static final Path SNAP = Path.of("/member/snap");
    private static final String NAME = "0000000000000001-0000000000000002.snap";

    private HostileSnapshot() {}

    /** Returns normally or fails with what must not happen. */
    public static void exercise(byte[] content) {
        try {
            SimulatedDisk disk = new SimulatedDisk();
            disk.putDurableFile(SNAP.resolve(NAME), content);
            SnapshotDirectory snapshots =
                    new SnapshotDirectory(disk, SNAP, new SplittableRandom(1));
            Optional<SnapshotFile> newest = snapshots.newest();
            assertThat(disk.list(SNAP))
                    .containsExactly(newest.isPresent() ? NAME : NAME + ".broken");
            assertThat(disk.openFileCount()).as("open files").isZero();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The same for a file whose crc is right. */
    public static void exerciseMessage(byte[] message) {
        exercise(SnapshotFile.encode(message));
    }
}
