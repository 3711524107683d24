package dev.plinth.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.mvcc.backend.OfflineDefragmentation;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.LessorOptions;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Options;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.sim.PowerLossException;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Power is lost at each changing call to the disk of a history with flushes, checkpoints,
 * compactions and, above all, defragmentations. What is found afterwards is the state after exactly
 * the entry that the consistent index names, which is none that the log was told it may forget; and
 * the rest of the log leads to the same end as without the crash.
 *
 * <p>etcd 3.5.0 to 3.5.5 wrote the index of an entry without its changes when they crashed in a
 * defragmentation (issue 14685), and before 3.5.3 in any commit (issue 13766).
 */
class CrashTest {
    private static final int CRASHES_PER_SEED = Integer.getInteger("store.crashes", 40);
    private static final int ENTRIES = 60;
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("db");
    private static final byte[] EVERYTHING = {0};
    private static final byte[] NO_END = {};

    /** What can be seen of a state. */
    private record Seen(long revision, long content) {}

    /** The state after each entry, and what the end looks like once compactions are done. */
    private record Reference(List<Seen> after, HashResult hash) {}

    /** A store on a disk that may fail at any moment. */
    private static final class Member {
        private final Backend backend;
        private final KeyValueStore store;
        private long announced;
        private long nowNanos;

        Member(Disk disk) {
            Database database = Database.open(disk, FILE, databaseOptions());
            backend = Backend.open(database, BackendOptions.DEFAULT);
            backend.onCheckpoint(index -> announced = index);
            Lessor lessor = Lessor.recover(backend, LessorOptions.DEFAULT);
            store = KeyValueStore.open(backend, lessor, StoreOptions.DEFAULT);
        }

        /** Applies the entries that are missing, with background work in between. */
        void play(long seed, List<Seen> after) {
            for (long index = backend.consistentIndex() + 1; index <= ENTRIES; index++) {
                Random random = new Random(seed * 1000 + index);
                backend.beginEntry(index, 1);
                try {
                    entry(random);
                } finally {
                    backend.endEntry();
                }
                after.add(seen());
                work(random);
            }
        }

        private void entry(Random random) {
            if (random.nextInt(15) == 0) {
                long at = store.currentRevision() - random.nextInt(5);
                if (at > Math.max(0, store.compactRevision())) {
                    store.compact(at);
                }
                return;
            }
            try (WriteView txn = store.write()) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    byte[] key = {(byte) ('a' + random.nextInt(8))};
                    if (random.nextInt(4) == 0) {
                        txn.deleteRange(key, null);
                    } else {
                        byte[] value = new byte[random.nextInt(2000)];
                        random.nextBytes(value);
                        txn.put(key, value, 0);
                    }
                }
            }
        }

        private void work(Random random) {
            nowNanos += BackendOptions.DEFAULT.checkpointIntervalNanos();
            switch (random.nextInt(10)) {
                case 0 -> backend.flush();
                case 1 -> backend.forceCommit();
                case 2 -> assertThat(backend.defragment()).isTrue();
                case 3 -> store.compactor().doWork(Long.MAX_VALUE / 2);
                case 4, 5 -> backend.committer().doFlushes(nowNanos);
                // With entries applied that no flush has moved.
                case 6 -> backend.committer().doCheckpoints(nowNanos);
                default -> {}
            }
        }

        Seen seen() {
            CRC32C content = new CRC32C();
            try (ReadView view = store.read()) {
                RangeResult all = view.range(RangeQuery.of(EVERYTHING, NO_END, 0, 0));
                for (int i = 0; i < all.size(); i++) {
                    content.update(all.encoded(i).toArray(ValueLayout.JAVA_BYTE));
                }
                content.update(ByteBuffer.allocate(8).putLong(view.compactRevision()).flip());
                return new Seen(view.revision(), content.getValue());
            }
        }

        HashResult hash() {
            long now = Long.MAX_VALUE / 2;
            while (store.compactor().doWork(now) > 0) {
                now += StoreOptions.DEFAULT.compactionPauseNanos();
            }
            return store.hashKv(0);
        }

        void close() {
            store.close();
            backend.close();
        }
    }

    private static Options databaseOptions() {
        return Backend.databaseOptions().withInitialMapBytes(1 << 20).withPopulate(false);
    }

    /** Offline: the old file or the new one, and both hold the same. */
    @Test
    void aRewriteLosesNothingWhereverPowerIsLost() throws IOException {
        SimulatedDisk whole = newDisk();
        List<Seen> after = new ArrayList<>();
        fill(whole, after);
        long filled = whole.faults().changingCalls();
        OfflineDefragmentation.rewrite(whole, FILE, databaseOptions(), (_, _) -> {});
        long calls = whole.faults().changingCalls();
        assertThat(calls).isGreaterThan(filled + 5);
        for (long call = filled; call < calls; call++) {
            SimulatedDisk disk = newDisk();
            fill(disk, new ArrayList<>());
            disk.faults().losePowerAtCall(call - filled);
            assertThatThrownBy(() ->
                            OfflineDefragmentation.rewrite(
                                    disk, FILE, databaseOptions(), (_, _) -> {}))
                    .isInstanceOf(PowerLossException.class);
            SimulatedDisk found = disk.crash(call);
            OfflineDefragmentation.rewrite(found, FILE, databaseOptions(), (_, _) -> {});
            Member member = new Member(found);
            assertThat(member.seen())
                    .as("power lost at call %d of a rewrite", call)
                    .isEqualTo(after.getLast());
            member.close();
            assertThat(found.list(DIRECTORY)).containsExactly("db");
        }
    }

    private static void fill(SimulatedDisk disk, List<Seen> after) {
        Member member = new Member(disk);
        member.play(5, after);
        member.close();
    }

    private static SimulatedDisk newDisk() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.makeDurableDirectory(DIRECTORY);
        return disk;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theStateIsThatOfTheConsistentIndexWhereverPowerIsLost(long seed) {
        SimulatedDisk whole = newDisk();
        List<Seen> after = new ArrayList<>();
        Member undisturbed = new Member(whole);
        after.add(undisturbed.seen());
        undisturbed.play(seed, after);
        Reference reference = new Reference(after, undisturbed.hash());
        undisturbed.close();
        long calls = whole.faults().changingCalls();
        long step = Math.max(1, calls / CRASHES_PER_SEED);
        for (long call = seed % step; call < calls; call += step) {
            crashAt(call, seed, reference);
        }
    }

    private static void crashAt(long call, long seed, Reference reference) {
        SimulatedDisk disk = newDisk();
        disk.faults().losePowerAtCall(call);
        long announced = 0;
        Member member = null;
        boolean isLost = false;
        try {
            member = new Member(disk);
            member.play(seed, new ArrayList<>());
            var _ = member.hash();
            member.close();
        } catch (PowerLossException e) {
            isLost = true;
            announced = member == null ? 0 : member.announced;
        }
        assertThat(isLost).as("power loss at call %d of seed %d", call, seed).isTrue();
        recover(disk.crash(seed * 10_000 + call), announced, call, seed, reference);
    }

    private static void recover(
            SimulatedDisk disk, long announced, long call, long seed, Reference reference) {
        Member found = new Member(disk);
        int index = (int) found.backend.consistentIndex();
        assertThat(index)
                .as("seed %d, power lost at call %d: index found", seed, call)
                .isGreaterThanOrEqualTo((int) announced);
        assertThat(found.seen())
                .as("seed %d, power lost at call %d: state of entry %d", seed, call, index)
                .isEqualTo(reference.after.get(index));
        found.play(seed, new ArrayList<>());
        assertThat(found.seen()).isEqualTo(reference.after.get(ENTRIES));
        assertThat(found.hash())
                .as("seed %d, power lost at call %d: hash at the end", seed, call)
                .isEqualTo(reference.hash);
        found.close();
    }
}
