package dev.plinth.server.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/**
 * The metrics of one member in Prometheus' text form.
 *
 * <p>A metric is a name, a help text and a function that tells its present value; nothing is
 * sampled or copied until somebody asks. Any thread.
 */
public final class Metrics {
    private record Metric(
            String name, String type, String help, String labels, DoubleSupplier value) {}

    private final List<Metric> all = new CopyOnWriteArrayList<>();

    /** A value that goes up and down. */
    public void gauge(String name, String help, DoubleSupplier value) {
        all.add(new Metric(name, "gauge", help, "", value));
    }

    /** A value that only grows. */
    public void counter(String name, String help, DoubleSupplier value) {
        all.add(new Metric(name, "counter", help, "", value));
    }

    /**
     * A gauge that is 1 and says something in its labels, such as {@code server_version="3.7.1"}.
     */
    public void info(String name, String help, String labels) {
        all.add(new Metric(name, "gauge", help, "{" + labels + "}", () -> 1));
    }

    /** All metrics in the order of their names. */
    public String text() {
        StringBuilder out = new StringBuilder();
        all.stream()
                .sorted(Comparator.comparing(Metric::name))
                .forEach(metric ->
                        out.append("# HELP ")
                                .append(metric.name())
                                .append(' ')
                                .append(metric.help())
                                .append("\n# TYPE ")
                                .append(metric.name())
                                .append(' ')
                                .append(metric.type())
                                .append('\n')
                                .append(metric.name())
                                .append(metric.labels())
                                .append(' ')
                                .append(number(metric.value().getAsDouble()))
                                .append('\n'));
        return out.toString();
    }

    /** As Go prints it: integers without a point up to 21 digits. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
