package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/** A flight recording of the writes, the reads, or both. */
final class BenchProfile implements AutoCloseable {
    private final String mode;
    private final List<Path> targets;
    private @Nullable Recording recording;

    /**
     * A profile that has not begun.
     *
     * @param mode {@code rw}, {@code r} or {@code w}
     * @param files names of the files to write; empty ones do not count
     */
    BenchProfile(String mode, Function<String, Path> paths, String... files) {
        this.mode = mode;
        this.targets = Stream.of(files).filter(file -> !file.isEmpty()).map(paths).toList();
    }

    void beforeWrites() throws CommandFailure {
        if (mode.equals("rw") || mode.equals("w")) {
            start();
        }
    }

    void afterWrites() throws CommandFailure {
        if (mode.equals("w")) {
            stop();
        }
    }

    void beforeReads() throws CommandFailure {
        if (mode.equals("r")) {
            start();
        }
    }

    void afterReads() throws CommandFailure {
        stop();
    }

    private void start() throws CommandFailure {
        if (targets.isEmpty()) {
            return;
        }
        try {
            Recording started = new Recording(Configuration.getConfiguration("profile"));
            recording = started;
            started.start();
        } catch (IOException | ParseException e) {
            throw new CommandFailure("bench: could not start profile: " + e.getMessage());
        }
    }

    private void stop() throws CommandFailure {
        Recording running = recording;
        if (running == null) {
            return;
        }
        running.stop();
        for (Path target : targets) {
            try {
                running.dump(target);
            } catch (IOException e) {
                throw new CommandFailure(
                        "bench: could not write profile \"" + target + "\": " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        Recording running = recording;
        if (running != null) {
            running.close();
        }
    }
}
