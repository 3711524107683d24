package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.ReplicationState;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CatchUpHoldsTest {
    private static final long FOLLOWER = 2;

    private final CatchUpHolds holds = new CatchUpHolds();

    private static SortedMap<Long, ProgressStatus> follower(
            ReplicationState state, long match, long pendingSnapshot, boolean isActive) {
        SortedMap<Long, ProgressStatus> progress = new TreeMap<>();
        progress.put(
                FOLLOWER,
                new ProgressStatus(
                        match, match + 1, state, pendingSnapshot, isActive, false, 0, false));
        return progress;
    }

    @Test
    void whatFollowsASnapshotStaysUntilTheFollowerHasIt() {
        assertThat(holds.floor(follower(ReplicationState.SNAPSHOT, 10, 500, true), 9_000))
                .isEqualTo(500);
        assertThat(holds.floor(follower(ReplicationState.SNAPSHOT, 10, 500, false), 20_000))
                .isEqualTo(500);
        assertThat(holds.floor(follower(ReplicationState.PROBE, 700, 0, true), 30_000))
                .isEqualTo(700);
        assertThat(holds.floor(follower(ReplicationState.REPLICATE, 25_000, 0, true), 31_000))
                .isEqualTo(25_000);
        assertThat(holds.floor(follower(ReplicationState.REPLICATE, 32_000, 0, true), 32_000))
                .isEqualTo(32_000);
        assertThat(holds.floor(follower(ReplicationState.REPLICATE, 32_500, 0, true), 40_000))
                .isEqualTo(40_000);
    }

    @Test
    void nobodyWaitsForASilentOne() {
        assertThat(holds.floor(follower(ReplicationState.SNAPSHOT, 10, 500, true), 9_000))
                .isEqualTo(500);
        long floor = 0;
        for (int look = 0; look < 20; look++) {
            floor = holds.floor(follower(ReplicationState.PROBE, 10, 0, false), 9_000);
        }
        assertThat(floor).isEqualTo(9_000);
    }

    @Test
    void oneThatWasNeverSentASnapshotIsNotWaitedFor() {
        assertThat(holds.floor(follower(ReplicationState.REPLICATE, 10, 0, true), 9_000))
                .isEqualTo(9_000);
        assertThat(holds.floor(Collections.emptySortedMap(), 9_000)).isEqualTo(9_000);
    }
}
