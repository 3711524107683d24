package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.testing.CapturedLog;
import org.junit.jupiter.api.Test;

class LateHeartbeatsTest {
    private static final long INTERVAL = 100_000_000L;

    private final CapturedLog log = new CapturedLog();
    private int late;
    private final LateHeartbeats heartbeats = new LateHeartbeats(INTERVAL, () -> late++, log.log());

    @Test
    void twoIntervalsAreInTimeAndOneNanosecondMoreIsLate() {
        heartbeats.sent(2, 0);
        heartbeats.sent(2, 2 * INTERVAL);
        assertThat(late).isZero();
        heartbeats.sent(2, 4 * INTERVAL + 1);
        assertThat(late).isEqualTo(1);
        assertThat(log.text())
                .contains("leader failed to send out heartbeat on time")
                .contains("\"to\":\"2\"")
                .contains("\"exceeded-duration\":\"1ns\"");
    }

    @Test
    void eachMemberHasItsOwnTimeAndAnOfficeItsOwnBeginning() {
        heartbeats.sent(2, 0);
        heartbeats.sent(3, 5 * INTERVAL);
        assertThat(late).isZero();
        heartbeats.reset();
        heartbeats.sent(2, 10 * INTERVAL);
        assertThat(late).isZero();
        heartbeats.sent(3, 20 * INTERVAL);
        heartbeats.sent(2, 20 * INTERVAL);
        assertThat(late).isEqualTo(1);
    }
}
