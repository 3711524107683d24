package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.WritePathChoice.Figure;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.PosixException;
import dev.plinth.walio.io.SystemClock;
import dev.plinth.walio.io.sim.CallKind;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritePathChoiceTest {
    private static final Path WAL = Path.of("/wal");
    private static final WalOptions OPTIONS = WalOptions.defaults().withBackgroundFiller(false);

    private final Clock clock = new TestClock();
    private final SimulatedDisk disk = new SimulatedDisk();

    WritePathChoiceTest() {
        disk.makeDurableDirectory(WAL);
    }

    private WritePathChoice choose() throws IOException {
        return WritePathChoice.make(disk, clock, WAL, OPTIONS);
    }

    @Test
    void aGivenPathIsTakenUnmeasured() throws IOException {
        WritePathChoice choice =
                WritePathChoice.make(
                        disk, clock, WAL, OPTIONS.withWritePath(WritePath.BUFFERED_DSYNC));
        assertThat(choice.path()).isEqualTo(WritePath.BUFFERED_DSYNC);
        assertThat(choice.figures()).isEmpty();
        assertThat(disk.faults().changingCalls()).isZero();
    }

    @Test
    void measuresEveryPathAndLeavesNothingBehind() throws IOException {
        assertThat(choose().figures())
                .extracting(Figure::path)
                .containsExactlyInAnyOrder(WritePath.values());
        assertThat(disk.list(WAL)).isEmpty();
        assertThat(disk.openFileCount()).isZero();
    }

    @Test
    void whatTheKernelRefusesIsNotTaken() throws IOException {
        disk.faults().refuseDirect();
        disk.faults().refuseDurableWrite();
        WritePathChoice choice = choose();
        assertThat(choice.path()).isEqualTo(WritePath.BUFFERED_FDATASYNC);
        assertThat(choice.figures())
                .extracting(Figure::path)
                .containsExactly(WritePath.BUFFERED_FDATASYNC);
    }

    @Test
    void directWritesArePreferredUnlessAnotherPathIsClearlyFaster() {
        Figure direct = new Figure(WritePath.DIRECT_DSYNC, 100_000);
        Figure little = new Figure(WritePath.BUFFERED_DSYNC, 96_000);
        Figure much = new Figure(WritePath.BUFFERED_FDATASYNC, 94_000);
        assertThat(WritePathChoice.byFigures(List.of(direct, little)).path())
                .isEqualTo(WritePath.DIRECT_DSYNC);
        WritePathChoice choice = WritePathChoice.byFigures(List.of(direct, little, much));
        assertThat(choice.path()).isEqualTo(WritePath.BUFFERED_FDATASYNC);
        assertThat(choice.measured())
                .isEqualTo(
                        "buffered+fdatasync 94.0us, buffered+dsync 96.0us, direct+dsync 100.0us");
    }

    @Test
    void aFullDiskIsNotMeasuredAndABrokenOneIsNotHidden() throws IOException {
        disk.faults().capacity(0);
        assertThat(choose()).isEqualTo(new WritePathChoice(WritePath.DIRECT_DSYNC, List.of()));
        disk.faults().capacity(1 << 30);
        disk.faults().fail(CallKind.SYNC, 5, Errno.EIO);
        assertThatThrownBy(this::choose)
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
        assertThat(disk.list(WAL)).isEmpty();
        assertThat(disk.openFileCount()).isZero();
    }

    @Test
    void everyPathWorksOnTheRealDisk(@TempDir Path directory) throws IOException {
        WritePathChoice choice =
                WritePathChoice.make(new LinuxDisk(), new SystemClock(), directory, OPTIONS);
        assertThat(choice.figures()).isNotEmpty().allMatch(figure -> figure.medianNanos() > 0);
        assertThat(directory).isEmptyDirectory();
    }
}
