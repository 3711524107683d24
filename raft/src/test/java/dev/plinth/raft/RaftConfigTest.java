package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a node may be made with. */
class RaftConfigTest {
    private static RaftConfig.Builder builder(long id) {
        return RaftConfig.of(id, new MemoryStorage(), new SplittableRandom(1));
    }

    private static void assertInvalid(
            long id, UnaryOperator<RaftConfig.Builder> settings, String text) {
        assertThatThrownBy(() -> settings.apply(builder(id)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(text);
    }

    @Test
    void valuesOutOfRangeAreRefusedWithTheReferencesText() {
        assertInvalid(0, b -> b, "cannot use none as id");
        assertInvalid(RawNode.LOCAL_APPEND_THREAD, b -> b, "cannot use local target as id");
        assertInvalid(RawNode.LOCAL_APPLY_THREAD, b -> b, "cannot use local target as id");
        assertInvalid(1, b -> b.heartbeatTicks(0), "heartbeat tick must be greater than 0");
        assertInvalid(
                1, b -> b.electionTicks(1), "election tick must be greater than heartbeat tick");
        assertInvalid(
                1, b -> b.inflightMessagesMax(0), "max inflight messages must be greater than 0");
        assertInvalid(
                1,
                b -> b.inflightBytesMax(5).messageSizeMax(6),
                "max inflight bytes must be >= max message size");
        assertInvalid(
                1,
                b -> b.readOnlyOption(ReadOnlyOption.LEASE_BASED),
                "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased");
    }

    @Test
    void absentLimitsAreFilledIn() {
        RaftConfig config = builder(1).messageSizeMax(77).inflightBytesMax(100).build();
        assertThat(config.uncommittedSizeMax()).isEqualTo(RaftConfig.NO_LIMIT);
        assertThat(config.committedSizePerReadyMax()).isEqualTo(77);
        assertThat(config.metrics()).isSameAs(RaftMetrics.NONE);
        RaftLogger.NONE.log(RaftLogger.Level.INFO, "dropped");
    }
}
