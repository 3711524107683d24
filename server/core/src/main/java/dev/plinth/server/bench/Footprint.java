package dev.plinth.server.bench;

import static java.lang.Double.NaN;

import dev.plinth.server.bench.ComparisonTable.Figure;
import java.util.List;

/**
 * What one peer needs for a large key space. Megabytes are of 10^6 bytes; NaN is what was not
 * measured.
 */
final class Footprint {
    static final List<Figure<Footprint>> FIGURES =
            List.of(
                    new Figure<>("load, puts/s", each -> each.loadPerSecond),
                    new Figure<>("load, CPU s per 100,000", each -> each.loadCpuPer100k),
                    new Figure<>("loaded: anonymous, MB", each -> each.loaded.anonymous()),
                    new Figure<>("loaded: resident, MB", each -> each.loaded.total()),
                    new Figure<>(
                            "overwritten: anonymous, MB", each -> each.overwritten.anonymous()),
                    new Figure<>("overwritten: resident, MB", each -> each.overwritten.total()),
                    new Figure<>("restarted: ready, s", each -> each.restartSeconds),
                    new Figure<>("restarted: first read, s", each -> each.firstReadSeconds),
                    new Figure<>("restarted: anonymous, MB", each -> each.restarted.anonymous()),
                    new Figure<>("restarted: resident, MB", each -> each.restarted.total()),
                    new Figure<>("list: extra, MiB", each -> each.listExtraMebibytes),
                    new Figure<>("list again: extra, MiB", each -> each.listAgainMebibytes),
                    new Figure<>("list: ms", each -> each.listMillis),
                    new Figure<>("count: ms", each -> each.countMillis),
                    new Figure<>("watchers: anonymous, MB", each -> each.watching.anonymous()),
                    new Figure<>("watchers: events/s", each -> each.eventsPerSecond),
                    new Figure<>("watchers: CPU s per million events", each -> each.cpuPerMillion),
                    new Figure<>("old generation used, MB", each -> each.oldGeneration),
                    new Figure<>("at the end: anonymous, MB", each -> each.ended.anonymous()));

    /** Resident sizes at one moment, in megabytes. */
    record Resident(double anonymous, double total) {
        static final Resident UNKNOWN = new Resident(NaN, NaN);
    }

    double loadPerSecond = NaN;
    double loadCpuPer100k = NaN;
    Resident loaded = Resident.UNKNOWN;
    Resident overwritten = Resident.UNKNOWN;
    double restartSeconds = NaN;
    double firstReadSeconds = NaN;
    Resident restarted = Resident.UNKNOWN;
    double listExtraMebibytes = NaN;
    double listAgainMebibytes = NaN;
    double listMillis = NaN;
    double countMillis = NaN;
    Resident watching = Resident.UNKNOWN;
    double eventsPerSecond = NaN;
    double cpuPerMillion = NaN;
    double oldGeneration = NaN;
    Resident ended = Resident.UNKNOWN;
}
