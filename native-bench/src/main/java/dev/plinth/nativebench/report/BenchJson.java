package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.BenchResult;
import dev.plinth.nativebench.measure.Cell;
import java.time.Instant;
import java.util.Locale;
import org.HdrHistogram.HistogramIterationValue;

/** A measurement for machines: all figures in nanoseconds, with the whole histograms. */
public final class BenchJson {
    private BenchJson() {}

    /** One object; its form is described in docs/hardware.md. */
    public static String of(BenchResult result, Verdict verdict) {
        JsonWriter json = new JsonWriter();
        json.object();
        json.field("started", Instant.ofEpochMilli(result.startedWallMillis()).toString());
        json.field("machine", result.machine());
        json.field("seconds", result.options().seconds());
        json.field("fileBytes", result.options().fileBytes());
        json.field("seed", result.options().seed());
        json.field("directAlignmentBytes", result.directAlignmentBytes());
        json.field("zeroFillBytesPerSecond", result.zeroFillBytesPerSecond());
        json.field("processorsBusyShare", result.processorsBusyShare());
        json.field("processorsStolenShare", result.processorsStolenShare());
        json.name("verdict").object();
        json.field("grade", verdict.grade().name().toLowerCase(Locale.ROOT));
        verdict.judged().ifPresent(cell -> json.field("judged", cell.path().label()));
        json.field("reason", verdict.reason());
        json.name("advice").array();
        verdict.advice().forEach(json::value);
        json.end().end();
        json.name("storage");
        StorageText.write(result.storage(), json);
        json.name("unavailable").object();
        result.unavailable().forEach((path, why) -> json.field(path.label(), why));
        json.end();
        json.name("cells").array();
        result.cells().forEach(cell -> write(cell, json));
        json.end().end();
        return json.toString();
    }

    private static void write(Cell cell, JsonWriter json) {
        json.object();
        json.field("path", cell.path().label());
        json.field("durable", cell.path().isDurable());
        json.field("sizeBytes", cell.load().sizeBytes());
        json.field("depth", cell.load().depth());
        json.field("interference", cell.load().interference().label());
        json.field("writes", cell.count());
        json.field("writesPerSecond", cell.perSecond());
        json.field("mean", cell.latency().getMean());
        json.field("p10", cell.percentile(10));
        json.field("p50", cell.percentile(50));
        json.field("p90", cell.percentile(90));
        json.field("p99", cell.percentile(99));
        json.field("p999", cell.percentile(99.9));
        json.field("p9999", cell.percentile(99.99));
        json.field("max", cell.latency().getMaxValue());
        json.name("histogram").row();
        for (HistogramIterationValue value : cell.latency().logarithmicBucketValues(1000, 1.2)) {
            if (value.getCountAddedInThisIterationStep() > 0) {
                json.row()
                        .value(value.getValueIteratedTo())
                        .value(value.getCountAddedInThisIterationStep())
                        .end();
            }
        }
        json.end();
        json.name("series").row();
        for (Cell.Point point : cell.points()) {
            json.row()
                    .value(point.atNanos())
                    .value(point.medianNanos())
                    .value(point.maxNanos())
                    .end();
        }
        json.end().end();
    }
}
