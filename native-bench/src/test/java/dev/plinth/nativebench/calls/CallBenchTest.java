package dev.plinth.nativebench.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CallBenchTest {
    @TempDir Path directory;

    @Test
    void everyWayIsTimed() throws IOException {
        List<CallCost> costs =
                new CallBench(directory.resolve("blocks"), 3, 1).run((done, all) -> {});
        assertThat(costs)
                .extracting(cost -> cost.operation() + "/" + cost.label())
                .contains(
                        "getppid/FFM, errno captured",
                        "getppid/JNA, direct mapping",
                        "getppid/JNA, interface",
                        "pread 4 KiB/FileChannel, direct buffer",
                        "pwrite 4 KiB/FFM, errno captured");
        assertThat(costs)
                .allSatisfy(cost -> {
                    assertThat(cost.bestNanos()).isPositive();
                    assertThat(cost.medianNanos()).isGreaterThanOrEqualTo(cost.bestNanos());
                });
        assertThat(directory).isEmptyDirectory();
    }
}
