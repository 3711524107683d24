package dev.plinth.server.boot;

import dev.plinth.server.config.LogRotation;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import dev.plinth.server.log.RotatingFile;
import dev.plinth.server.log.SinkLoggerFinder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Points the process's log where the flags say. */
final class LogSetup {
    private LogSetup() {}

    private static OutputStream file(Path path, @Nullable LogRotation rotation) throws IOException {
        return rotation == null
                ? new FileOutputStream(path.toFile(), true)
                : new RotatingFile(
                        path,
                        rotation,
                        InstantSource.system(),
                        ZoneId.systemDefault(),
                        task -> Thread.ofVirtual().name("log-rotation").start(task));
    }

    /**
     * Opens the targets and configures the sink.
     *
     * @throws IOException if a log file cannot be opened; the sink is as it was
     */
    static void configure(LogSink sink, ServerConfig.LogConfig config) throws IOException {
        List<OutputStream> targets = new ArrayList<>();
        for (String output : config.outputs().isEmpty() ? List.of("default") : config.outputs()) {
            targets.add(
                    switch (output) {
                        // The journal keeps what services write to standard error.
                        case "default", "stderr", "systemd/journal" -> LogSink.standardError();
                        case "stdout" -> new FileOutputStream(FileDescriptor.out);
                        default -> file(Path.of(output), config.rotation());
                    });
        }
        LogLevel level = LogLevel.of(config.level());
        sink.configure(
                new LogSink.Settings(
                        level == null ? LogLevel.INFO : level,
                        config.format().equals("console")
                                ? LogSink.Format.CONSOLE
                                : LogSink.Format.JSON,
                        List.copyOf(targets)));
        SinkLoggerFinder.adoptJavaUtilLogging(level == LogLevel.DEBUG);
    }
}
