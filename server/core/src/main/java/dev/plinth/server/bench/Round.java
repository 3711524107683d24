package dev.plinth.server.bench;

import dev.plinth.server.bench.ComparisonTable.Figure;
import java.util.List;

/** One measured round of one peer under a closed loop. */
record Round(
        double perSecond,
        double p50Millis,
        double p99Millis,
        double p999Millis,
        double cpuSecondsPer100k,
        double writtenBytesPerCall,
        double peakResidentMegabytes,
        double anonymousMegabytes,
        long failures) {

    static final List<Figure<Round>> FIGURES =
            List.of(
                    new Figure<>("calls per second", Round::perSecond),
                    new Figure<>("latency p50, ms", Round::p50Millis),
                    new Figure<>("latency p99, ms", Round::p99Millis),
                    new Figure<>("latency p99.9, ms", Round::p999Millis),
                    new Figure<>("CPU s per 100,000", Round::cpuSecondsPer100k),
                    new Figure<>("device bytes per call", Round::writtenBytesPerCall),
                    new Figure<>("peak resident, MB", Round::peakResidentMegabytes),
                    new Figure<>("anonymous, MB", Round::anonymousMegabytes),
                    new Figure<>("failed calls", Round::failures));
}
