package dev.plinth.walio;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which {@link WritePath} a log takes, and the figures that it was chosen by.
 *
 * @param path the way taken
 * @param figures what was measured, fastest first; empty if the path was given, or nothing is
 *     synced, or there was no space to measure in
 */
public record WritePathChoice(WritePath path, List<Figure> figures) {
    /**
     * A path's time for a durable overwrite of one block.
     *
     * @param path the way
     * @param medianNanos half of the writes were as fast or faster
     */
    public record Figure(WritePath path, long medianNanos) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.1fus", path.label(), medianNanos / 1000.0);
        }
    }

    /** What another path has to gain to be taken instead of the preferred one. */
    private static final double WORTHWHILE = 0.95;

    public WritePathChoice {
        figures = List.copyOf(figures);
    }

    static WritePathChoice make(Disk disk, Clock clock, Path directory, WalOptions options)
            throws IOException {
        if (options.writePath().isPresent()) {
            return new WritePathChoice(options.writePath().get(), List.of());
        }
        return options.sync()
                ? byFigures(new WritePathProbe(disk, clock, directory).measure())
                : new WritePathChoice(WritePath.DIRECT_DSYNC, List.of());
    }

    /**
     * The first of the paths that work, unless a later one is clearly faster: direct writes do not
     * push the database out of the page cache, and report an error of the device themselves.
     */
    static WritePathChoice byFigures(List<Figure> measured) {
        Optional<Figure> preferred = measured.stream().min(Comparator.comparing(Figure::path));
        if (preferred.isEmpty()) {
            return new WritePathChoice(WritePath.DIRECT_DSYNC, List.of());
        }
        List<Figure> sorted =
                measured.stream().sorted(Comparator.comparingLong(Figure::medianNanos)).toList();
        Figure fastest = sorted.getFirst();
        boolean isClearlyFaster =
                fastest.medianNanos() < preferred.get().medianNanos() * WORTHWHILE;
        return new WritePathChoice(
                isClearlyFaster ? fastest.path() : preferred.get().path(), sorted);
    }

    /** The figures as one line of a log. */
    public String measured() {
        return figures.stream().map(Figure::toString).collect(Collectors.joining(", "));
    }
}
