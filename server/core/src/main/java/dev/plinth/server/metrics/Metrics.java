package dev.plinth.server.metrics;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * The metrics of one member. Any thread.
 *
 * <p>A part of the server registers what it tells once, when it is put together: numbers that it
 * keeps anyway as functions, which are asked when somebody looks; events as {@link Counter}, {@link
 * Gauge} or {@link Histogram}, which it feeds. Asking twice for a name gives the same metric, so
 * two parts may feed one; asking for it as something else is a mistake of the program.
 *
 * <p>Names, labels and buckets of etcd's metrics: server.md 10. Ours begin with {@code plinth_}.
 */
public final class Metrics {
    private final Map<String, Family> families = new ConcurrentSkipListMap<>();

    /** A number that only grows. */
    public Counter counter(String name, String help) {
        return counters(name, help).with();
    }

    /** A number that only grows, kept elsewhere. */
    public void counter(String name, String help, DoubleSupplier value) {
        family(name, Family.Type.COUNTER, help, List.of(), Counter::new).put(new Sampled(value));
    }

    /** Numbers that only grow, apart by labels. */
    public Labeled<Counter> counters(String name, String help, String... labelNames) {
        return new Labeled<>(
                family(name, Family.Type.COUNTER, help, List.of(labelNames), Counter::new),
                Counter.class);
    }

    /** A number that goes up and down. */
    public Gauge gauge(String name, String help) {
        return gauges(name, help).with();
    }

    /** A number that goes up and down, kept elsewhere. */
    public void gauge(String name, String help, DoubleSupplier value) {
        family(name, Family.Type.GAUGE, help, List.of(), Gauge::new).put(new Sampled(value));
    }

    /** Numbers that go up and down, apart by labels. */
    public Labeled<Gauge> gauges(String name, String help, String... labelNames) {
        return new Labeled<>(
                family(name, Family.Type.GAUGE, help, List.of(labelNames), Gauge::new),
                Gauge.class);
    }

    /** Numbers that go up and down, kept elsewhere by the value of one label. */
    public void gauges(
            String name, String help, String labelName, Supplier<Map<String, Double>> values) {
        family(name, Family.Type.GAUGE, help, List.of(labelName), Gauge::new)
                .keptBy(() -> {
                    Map<List<String>, Series> series = new LinkedHashMap<>();
                    values.get()
                            .forEach((label, value) ->
                                    series.put(List.of(label), new Sampled(() -> value)));
                    return series;
                });
    }

    /** A gauge that is 1 and says something by its label. */
    public void info(String name, String help, String labelName, String labelValue) {
        gauges(name, help, labelName).with(labelValue).set(1);
    }

    /** A distribution. */
    public Histogram histogram(String name, String help, Buckets buckets) {
        return histograms(name, help, buckets).with();
    }

    /** Distributions, apart by labels. */
    public Labeled<Histogram> histograms(
            String name, String help, Buckets buckets, String... labelNames) {
        return new Labeled<>(
                family(
                        name,
                        Family.Type.HISTOGRAM,
                        help,
                        List.of(labelNames),
                        () -> new Histogram(buckets)),
                Histogram.class);
    }

    private Family family(
            String name,
            Family.Type type,
            String help,
            List<String> labelNames,
            Supplier<Series> maker) {
        Family family =
                families.computeIfAbsent(
                        name, _ -> new Family(name, type, help, labelNames, maker));
        if (!family.isSame(type, labelNames)) {
            throw new IllegalArgumentException(name + " is registered as another metric");
        }
        return family;
    }

    /** All of them in the order of their names. */
    Collection<Family> families() {
        return families.values();
    }
}
