package dev.plinth.server.testing;

import dev.plinth.server.log.Log;
import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;

/** A log for what a test does not look at: it writes nowhere. {@link CapturedLog} keeps it. */
public final class QuietLog {
    private QuietLog() {}

    /** A log of its own for each caller. */
    public static Log create() {
        return new Log(
                new LogSink(
                        InstantSource.fixed(Instant.EPOCH),
                        ZoneOffset.UTC,
                        new LogSink.Settings(LogLevel.FATAL, LogSink.Format.JSON, List.of())),
                "");
    }
}
