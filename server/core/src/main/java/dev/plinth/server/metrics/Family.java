package dev.plinth.server.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All series of one name, in the order of their label values. Any thread. */
final class Family {
    /** What kind of numbers, in the words of the text forms. */
    enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private static final Comparator<List<String>> BY_VALUES =
            (a, b) -> {
                for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
                    int order = a.get(i).compareTo(b.get(i));
                    if (order != 0) {
                        return order;
                    }
                }
                return Integer.compare(a.size(), b.size());
            };

    private final String name;
    private final Type type;
    private final String help;
    private final List<String> labelNames;
    private final Supplier<Series> maker;
    private volatile @Nullable Supplier<Map<List<String>, Series>> kept;
    private final Map<List<String>, Series> series = new ConcurrentSkipListMap<>(BY_VALUES);

    Family(String name, Type type, String help, List<String> labelNames, Supplier<Series> maker) {
        this.name = name;
        this.type = type;
        this.help = help;
        this.labelNames = labelNames;
        this.maker = maker;
    }

    Series series(String... labelValues) {
        return series.computeIfAbsent(key(labelValues), _ -> maker.get());
    }

    void put(Series one, String... labelValues) {
        series.put(key(labelValues), one);
    }

    void remove(String... labelValues) {
        series.remove(key(labelValues));
    }

    private List<String> key(String... labelValues) {
        if (labelValues.length != labelNames.size()) {
            throw new IllegalArgumentException(
                    name + " has labels " + labelNames + ", not " + labelValues.length);
        }
        return List.of(labelValues);
    }

    boolean isSame(Type otherType, List<String> otherLabelNames) {
        return type == otherType && labelNames.equals(otherLabelNames);
    }

    String name() {
        return name;
    }

    Type type() {
        return type;
    }

    String help() {
        return help;
    }

    List<String> labelNames() {
        return labelNames;
    }

    Map<List<String>, Series> series() {
        Supplier<Map<List<String>, Series>> owner = kept;
        return owner == null ? series : owner.get();
    }

    /** From now on the series are those that their owner gives when somebody looks. */
    void keptBy(Supplier<Map<List<String>, Series>> owner) {
        kept = owner;
    }
}
