package dev.plinth.nativebench.measure;

import dev.plinth.walio.check.BlockDevice;
import dev.plinth.walio.check.FileSystemKind;
import dev.plinth.walio.check.Finding;
import dev.plinth.walio.check.KernelVersion;
import dev.plinth.walio.check.StorageFacts;
import dev.plinth.walio.check.StorageReport;
import dev.plinth.walio.io.FileSystemStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Measurements made up for the tests of those who read them. */
public final class SyntheticResults {
    private final List<Cell> cells = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private BlockDevice.WriteCache cache = BlockDevice.WriteCache.VOLATILE;
    private double busyShare;

    /** A cell of 10,000 writes: most at the median, two in a hundred at the 99th percentile. */
    public SyntheticResults cell(WritePath path, Load load, long medianMicros, long p99Micros) {
        return cell(path, load, medianMicros, p99Micros, 10_000);
    }

    /** The same with a number of writes. */
    public SyntheticResults cell(
            WritePath path, Load load, long medianMicros, long p99Micros, int writes) {
        Cell cell = new Cell(path, load);
        int slices = 10;
        for (int slice = 0; slice < slices; slice++) {
            Histogram latency = Cell.newHistogram();
            int slow = writes / slices / 50;
            latency.recordValueWithCount(medianMicros * 1000, writes / slices - slow);
            if (slow > 0) {
                latency.recordValueWithCount(p99Micros * 1000, slow);
            }
            cell.add(slice * 300_000_000L, 40_000_000, latency);
        }
        cells.add(cell);
        return this;
    }

    public SyntheticResults cache(BlockDevice.WriteCache writeCache) {
        cache = writeCache;
        return this;
    }

    public SyntheticResults finding(Finding finding) {
        findings.add(finding);
        return this;
    }

    public SyntheticResults busy(double share) {
        busyShare = share;
        return this;
    }

    public BenchResult result() {
        BlockDevice device =
                new BlockDevice(
                        "nvme0n1",
                        "nvme0n1",
                        "/sys/devices/nvme0n1",
                        cache,
                        true,
                        false,
                        512,
                        4096,
                        "none",
                        "A <fast> & \"good\" one",
                        "",
                        Optional.empty(),
                        false,
                        0,
                        false,
                        List.of());
        StorageFacts facts =
                new StorageFacts(
                        Path.of("/data"),
                        KernelVersion.parse("6.12.1"),
                        Optional.empty(),
                        FileSystemKind.XFS,
                        new FileSystemStatus(0x58465342, 4096, 1L << 40, 1L << 39, 1L << 39, false),
                        Optional.empty(),
                        Optional.of(device),
                        0);
        BenchOptions options =
                new BenchOptions(
                        Path.of("/data"),
                        Path.of("/data"),
                        10,
                        List.of(4096),
                        List.of(1),
                        List.of(Interference.NONE),
                        List.of(WritePath.values()),
                        64 << 20,
                        1);
        return new BenchResult(
                1_800_000_000_000L,
                "2 processors",
                options,
                new StorageReport(facts, findings),
                512,
                5e8,
                busyShare,
                0,
                cells,
                Map.of());
    }
}
