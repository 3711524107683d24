package dev.plinth.nativebench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.nativebench.measure.Interference;
import dev.plinth.nativebench.measure.Load;
import dev.plinth.nativebench.measure.SyntheticResults;
import dev.plinth.nativebench.measure.WritePath;
import dev.plinth.walio.check.BlockDevice;
import dev.plinth.walio.check.Finding;
import dev.plinth.walio.check.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    static final Load ALONE = new Load(4096, 1, Interference.NONE);
    static final Load BESIDE = new Load(4096, 1, Interference.DATABASE);

    @ParameterizedTest
    @CsvSource({
        "150, 900, 1900, EXCELLENT, 0",
        "250, 900, 1900, GOOD, 0",
        "150, 1100, 1900, GOOD, 0",
        "150, 900, 2100, GOOD, 0",
        "2500, 9000, 24000, ACCEPTABLE, 1",
        "2500, 11000, 24000, SLOW, 2",
        "100, 200, 120000, UNUSABLE, 2",
        "10, 20, 30, SUSPICIOUS, 3"
    })
    void gradesByThreeBounds(long median, long p99, long p99Beside, Grade grade, int exitCode) {
        Verdict verdict =
                Verdict.of(
                        new SyntheticResults()
                                .cell(WritePath.DIRECT_DSYNC, ALONE, median, p99)
                                .cell(WritePath.DIRECT_DSYNC, BESIDE, median, p99Beside)
                                .result());
        assertThat(verdict.grade()).isEqualTo(grade);
        assertThat(verdict.grade().exitCode()).isEqualTo(exitCode);
    }

    @Test
    void aSafeCacheMayBeFast() {
        Verdict verdict =
                Verdict.of(
                        new SyntheticResults()
                                .cache(BlockDevice.WriteCache.SAFE)
                                .cell(WritePath.DIRECT_DSYNC, ALONE, 10, 20)
                                .result());
        assertThat(verdict.grade()).isEqualTo(Grade.EXCELLENT);
    }

    @Test
    void anErrorOfTheCheckOverrulesAllSpeed() {
        Finding error = new Finding("no-barrier", Level.ERROR, "no barrier", "Loss.", "Mount.");
        Verdict verdict =
                Verdict.of(
                        new SyntheticResults()
                                .finding(error)
                                .cell(WritePath.DIRECT_DSYNC, ALONE, 150, 900)
                                .result());
        assertThat(verdict.grade()).isEqualTo(Grade.UNSAFE);
    }

    @Test
    void judgesTheFallbackWhereDirectWritesAreRefused() {
        Verdict verdict =
                Verdict.of(
                        new SyntheticResults()
                                .cell(WritePath.BUFFERED_DSYNC, ALONE, 300, 900)
                                .cell(WritePath.NO_SYNC, ALONE, 30, 90)
                                .result());
        assertThat(verdict.judged().orElseThrow().path()).isEqualTo(WritePath.BUFFERED_DSYNC);
        assertThat(verdict.reason()).contains("300 µs (median)").contains("buffered-dsync");
    }

    @Test
    void hintsFollowTheFigures() {
        Verdict verdict =
                Verdict.of(
                        new SyntheticResults()
                                .busy(0.9)
                                .cell(WritePath.DIRECT_DSYNC, ALONE, 100, 300, 500)
                                .cell(WritePath.DIRECT_DSYNC, BESIDE, 150, 1500)
                                .cell(WritePath.FALLOCATE, ALONE, 175, 12000)
                                .cell(WritePath.NATIVE_LOOP, ALONE, 97, 300)
                                .cell(WritePath.NO_SYNC, ALONE, 95, 120)
                                .result());
        assertThat(verdict.advice())
                .anyMatch(hint -> hint.contains("90 % busy"))
                .anyMatch(hint -> hint.contains("Only 500 writes"))
                .anyMatch(hint -> hint.contains("1.75 times as long"))
                .anyMatch(hint -> hint.contains("no more than one without a sync"))
                .anyMatch(hint -> hint.contains("machine code take 0.97"))
                .anyMatch(hint -> hint.contains("12.0 ms here; etcd asks for less than 10 ms"))
                .anyMatch(hint -> hint.contains("raises the 99th percentile 5.0 times"));
    }

    @Test
    void saysWhenZeroingGainsNothing() {
        Verdict verdict =
                Verdict.of(
                        new SyntheticResults()
                                .cell(WritePath.DIRECT_DSYNC, ALONE, 100, 300)
                                .cell(WritePath.FALLOCATE, ALONE, 101, 300)
                                .result());
        assertThat(verdict.advice()).anyMatch(hint -> hint.contains("gains nothing here"));
    }

    @Test
    void nothingDurableMeasured() {
        Verdict verdict =
                Verdict.of(new SyntheticResults().cell(WritePath.NO_SYNC, ALONE, 1, 2).result());
        assertThat(verdict.grade()).isEqualTo(Grade.UNUSABLE);
        assertThat(verdict.judged()).isEmpty();
    }
}
