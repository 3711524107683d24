package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.BenchResult;
import dev.plinth.nativebench.measure.Cell;
import dev.plinth.nativebench.measure.Interference;
import dev.plinth.nativebench.measure.Load;
import dev.plinth.nativebench.measure.WritePath;
import dev.plinth.walio.check.BlockDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a measurement says about a disk for a log like etcd's.
 *
 * @param grade the class
 * @param judged the write path that Plinth would use here; empty if none was measured
 * @param reason the figures that decided, one sentence
 * @param advice what else the figures say
 */
public record Verdict(Grade grade, Optional<Cell> judged, String reason, List<String> advice) {
    /** Below this no device with a volatile cache has written and flushed anything. */
    private static final long HONEST_NANOS_MIN = 20_000;

    private static final List<WritePath> PREFERRED =
            List.of(
                    WritePath.DIRECT_DSYNC,
                    WritePath.DIRECT_FDATASYNC,
                    WritePath.BUFFERED_DSYNC,
                    WritePath.BUFFERED_FDATASYNC,
                    WritePath.FALLOCATE);

    public Verdict {
        advice = List.copyOf(advice);
    }

    /** Judges a measurement. */
    public static Verdict of(BenchResult result) {
        Load base = result.baseLoad();
        Optional<Cell> judged =
                PREFERRED.stream().flatMap(path -> result.cell(path, base).stream()).findFirst();
        if (judged.isEmpty()) {
            return new Verdict(
                    Grade.UNUSABLE, judged, "no durable write path was measured", List.of());
        }
        Cell cell = judged.get();
        Optional<Cell> beside = beside(result, cell, Interference.DATABASE);
        Grade grade = grade(result, cell, beside);
        return new Verdict(
                grade, judged, reason(grade, cell, beside), new Hints(result, base, cell).list());
    }

    private static Optional<Cell> beside(BenchResult result, Cell cell, Interference kind) {
        Load load = cell.load();
        return result.cell(cell.path(), new Load(load.sizeBytes(), load.depth(), kind));
    }

    private static Grade grade(BenchResult result, Cell cell, Optional<Cell> beside) {
        if (result.storage().isRefusedWhenStrict()) {
            return Grade.UNSAFE;
        }
        boolean volatileCache =
                result.storage().facts().writeCache() == BlockDevice.WriteCache.VOLATILE;
        if (volatileCache && cell.percentile(50) < HONEST_NANOS_MIN) {
            return Grade.SUSPICIOUS;
        }
        long p99 = cell.percentile(99);
        // Without a second writer's figure the lone one has to do.
        long p99Beside = beside.map(b -> b.percentile(99)).orElse(p99);
        for (Grade grade : Grade.values()) {
            if (grade.keeps(cell.percentile(50), p99, p99Beside)) {
                return grade;
            }
        }
        return Grade.UNUSABLE;
    }

    private static String reason(Grade grade, Cell cell, Optional<Cell> beside) {
        String figures =
                "A %s commit takes %s (median) and %s (99th percentile) by %s"
                        .formatted(
                                Units.bytes(cell.load().sizeBytes()),
                                Units.time(cell.percentile(50)),
                                Units.time(cell.percentile(99)),
                                cell.path().label());
        String with =
                beside.map(b ->
                                ", %s (99th) beside a database writer"
                                        .formatted(Units.time(b.percentile(99))))
                        .orElse("");
        return figures + with + ". " + grade.use();
    }

    /** The observations that lead to a setting. */
    private static final class Hints {
        private static final long WRITES_MIN = 1_000;

        private final BenchResult result;
        private final Load base;
        private final Cell judged;
        private final List<String> hints = new ArrayList<>();

        Hints(BenchResult result, Load base, Cell judged) {
            this.result = result;
            this.base = base;
            this.judged = judged;
        }

        List<String> list() {
            machine();
            zeroing();
            floor();
            etcd();
            neighbours();
            tail();
            refused();
            return hints;
        }

        private void machine() {
            if (result.processorsBusyShare() > 0.5) {
                hints.add(
                        ("The processors were %.0f %% busy during the run, with other work or with"
                                        + " other machines of the host: waiting for one of them is"
                                        + " in these figures. Repeat it on a quiet machine before"
                                        + " you judge the disk.")
                                .formatted(result.processorsBusyShare() * 100));
            }
            if (judged.count() < WRITES_MIN) {
                hints.add(
                        "Only %,d writes stand behind the verdict: take more --seconds."
                                .formatted(judged.count()));
            }
        }

        private Optional<Double> ratio(WritePath path) {
            return result.cell(path, base)
                    .map(cell -> (double) cell.percentile(50) / judged.percentile(50));
        }

        private void zeroing() {
            ratio(WritePath.FALLOCATE)
                    .ifPresent(ratio -> {
                        if (ratio > 1.2) {
                            hints.add(
                                    ("Zero-filling segments ahead pays: a write to blocks"
                                                    + " that are only allocated takes %.2f"
                                                    + " times as long.")
                                            .formatted(ratio));
                        } else if (ratio < 1.05) {
                            hints.add(
                                    "Zero-filling ahead gains nothing here (copy on write,"
                                            + " thin provisioning, or a device that detects"
                                            + " zeros).");
                        }
                    });
        }

        private void floor() {
            result.cell(WritePath.NO_SYNC, base)
                    .ifPresent(cell -> {
                        double share = (double) cell.percentile(50) / judged.percentile(50);
                        boolean volatileCache =
                                result.storage().facts().writeCache()
                                        == BlockDevice.WriteCache.VOLATILE;
                        if (share > 0.9 && volatileCache) {
                            hints.add(
                                    ("A durable write costs no more than one without a"
                                            + " sync, though the device reports a volatile"
                                            + " cache: either flushes are free (power-loss"
                                            + " protection) or something ignores them."));
                        }
                    });
            ratio(WritePath.NATIVE_LOOP)
                    .ifPresent(ratio ->
                            hints.add(
                                    ("The same writes from a loop of machine code take %.2f"
                                                    + " of the time: what is left to gain"
                                                    + " above the kernel.")
                                            .formatted(ratio)));
        }

        private void etcd() {
            result.cell(WritePath.FALLOCATE, base)
                    .ifPresent(cell ->
                            hints.add(
                                    ("etcd's way of writing has a 99th percentile of %s"
                                                    + " here; etcd asks for less than 10"
                                                    + " ms.")
                                            .formatted(Units.time(cell.percentile(99)))));
        }

        private void neighbours() {
            for (Interference kind : Interference.values()) {
                Optional<Cell> beside =
                        kind == Interference.NONE
                                ? Optional.empty()
                                : Verdict.beside(result, judged, kind);
                beside.ifPresent(cell -> {
                    double times = (double) cell.percentile(99) / judged.percentile(99);
                    if (times > 3) {
                        hints.add(
                                ("The second writer (%s) raises the 99th percentile %.1f"
                                                + " times: put the log on a device of its"
                                                + " own.")
                                        .formatted(kind.label(), times));
                    }
                });
            }
        }

        private void tail() {
            if (judged.supports(99.9) && judged.percentile(99.9) > 100 * judged.percentile(50)) {
                hints.add(
                        "The slowest of a thousand commits takes more than 100 times the median:"
                                + " garbage collection of a consumer SSD, a throttled cloud volume,"
                                + " or a neighbour.");
            }
        }

        private void refused() {
            result.unavailable()
                    .forEach((path, why) ->
                            hints.add(path.label() + " is not possible here: " + why));
        }
    }
}
