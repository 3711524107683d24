package dev.plinth.nativebench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.check.LinuxSystemView;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on this machine's disk, as short as they can be; no figure is asserted. */
@Timeout(60)
class BenchTest {
    @TempDir Path directory;

    private final Disk disk = new LinuxDisk();
    private final Clock clock = new SystemClock();
    private final List<Double> progress = new ArrayList<>();

    private BenchOptions options(int seconds, List<Integer> depths, Interference... interferences) {
        return new BenchOptions(
                directory,
                directory,
                seconds,
                List.of(4096),
                depths,
                List.of(interferences),
                Arrays.asList(WritePath.values()),
                BenchOptions.FILE_BYTES_MIN,
                1);
    }

    private BenchResult run(BenchOptions options) throws IOException {
        Bench bench =
                new Bench(
                        disk,
                        clock,
                        new LinuxSystemView(disk),
                        (share, what) -> progress.add(share),
                        options);
        Path work = directory.resolve("work");
        return bench.run(work, work, "this machine");
    }

    @Test
    void measuresEveryPathAndLeavesNothingBehind() throws IOException {
        BenchResult result =
                run(options(2, List.of(1, 3), Interference.NONE, Interference.DATABASE));
        assertThat(result.loads()).hasSize(4);
        for (Load load : result.loads()) {
            for (Cell cell : result.cells(load)) {
                assertThat(cell.count()).as("%s %s", cell.path(), load).isPositive();
                assertThat(cell.points()).isNotEmpty();
                assertThat(cell.percentile(50)).isPositive();
            }
        }
        assertThat(result.cell(WritePath.FALLOCATE, result.baseLoad())).isPresent();
        assertThat(result.zeroFillBytesPerSecond()).isPositive();
        assertThat(progress).isSorted().allMatch(share -> share >= 0 && share <= 1);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void otherNeighbours() throws IOException {
        BenchResult result = run(options(1, List.of(1), Interference.APPEND, Interference.FILL));
        assertThat(result.loads())
                .extracting(Load::interference)
                .containsExactly(Interference.APPEND, Interference.FILL);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void refusesADirectoryThatIsThere() throws IOException {
        Files.createDirectory(directory.resolve("work"));
        Path precious = Files.writeString(directory.resolve("work").resolve("keep"), "me");
        assertThatThrownBy(() -> run(options(1, List.of(1), Interference.NONE)))
                .isInstanceOf(IOException.class);
        assertThat(precious).hasContent("me");
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> new Load(1000, 1, Interference.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("512");
        assertThatThrownBy(() -> new Load(4096, 0, Interference.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WritePath.of("fast"))
                .hasMessageContaining("there are direct-dsync, direct-fdatasync");
        assertThatThrownBy(() -> Interference.of("loud")).hasMessageContaining("none, database");
    }
}
