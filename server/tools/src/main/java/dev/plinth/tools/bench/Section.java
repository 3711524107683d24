package dev.plinth.tools.bench;

/**
 * A part of a report: one kind of call.
 *
 * @param name what was measured, in a word or three
 * @param latencies of the calls
 * @param elapsedNanos from the first to the end of the last
 */
record Section(String name, Latencies latencies, long elapsedNanos) {
    double perSecond() {
        return latencies.count() * 1e9 / Math.max(1, elapsedNanos);
    }
}
