package dev.plinth.server.metrics;

/**
 * A metric with labels: one series for each set of label values. Any thread. Who observes often
 * keeps the series that {@link #with} gives.
 *
 * @param <S> counters, gauges or histograms
 */
public final class Labeled<S> {
    private final Family family;
    private final Class<S> kind;

    Labeled(Family family, Class<S> kind) {
        this.family = family;
        this.kind = kind;
    }

    /** The series of these label values, in the order of the label names; shown from now on. */
    public S with(String... labelValues) {
        return kind.cast(family.series(labelValues));
    }

    /** The series of these values is not shown any more, as when a peer has gone. */
    public void remove(String... labelValues) {
        family.remove(labelValues);
    }
}
