package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * Power losses at random moments of random histories, on a disk that keeps any subset of what was
 * not synced. After each the log has to open, hold all that was acknowledged, and end at a record's
 * border.
 *
 * <p>{@code -Dplinth.crashes=300000} runs the long campaign, {@code -Dplinth.crash.seed=N} repeats
 * one run; with the build: {@code mvn test -pl walio -Dtest=CrashTest
 * -Dtest.args=-Dplinth.crashes=300000}.
 */
class CrashTest {
    private static final int CRASHES_DEFAULT = 3_000;

    @Test
    void nothingAcknowledgedIsLostAndNothingIsHalfThere() {
        Long single = Long.getLong("plinth.crash.seed");
        if (single != null) {
            new CrashRun(single).run();
            return;
        }
        int wanted = Integer.getInteger("plinth.crashes", CRASHES_DEFAULT);
        int crashes = 0;
        int cuts = 0;
        int recovered = 0;
        for (long seed = 0; crashes < wanted; seed++) {
            CrashRun run = new CrashRun(seed);
            try {
                run.run();
            } catch (RuntimeException | AssertionError e) {
                fail("repeat with -Dplinth.crash.seed=" + seed, e);
            }
            crashes += run.crashes();
            cuts += run.cuts();
            recovered += run.unacknowledgedRecordsFound();
        }
        // The runs have met what they are meant to meet.
        assertThat(cuts).isGreaterThan(wanted / 10);
        assertThat(recovered).isGreaterThan(wanted / 10);
    }
}
