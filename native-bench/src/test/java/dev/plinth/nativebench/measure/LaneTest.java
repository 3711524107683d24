package dev.plinth.nativebench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LaneTest {
    @Test
    void overwritesFromTheStartAgain() {
        Lane lane = new Lane(WritePath.Content.ZEROED_DIRECT, 10_000);
        assertThat(lane.take(4096)).isZero();
        assertThat(lane.take(4096)).isEqualTo(4096);
        assertThat(lane.isUsedUp(4096)).isFalse();
        assertThat(lane.take(4096)).isZero();
    }

    @Test
    void neverWritesAnAllocatedBlockTwice() {
        Lane lane = new Lane(WritePath.Content.FALLOCATED, 10_000);
        assertThat(lane.take(4096)).isZero();
        assertThat(lane.take(4096)).isEqualTo(4096);
        assertThat(lane.take(4096)).isEqualTo(-1);
        assertThat(lane.isUsedUp(4096)).isTrue();
        lane.restart();
        assertThat(lane.take(4096)).isZero();
    }
}
