package dev.plinth.server.testing;

import dev.plinth.server.log.Log;
import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;

/** A log that keeps what is written, as lines of JSON. */
public final class CapturedLog {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Log log =
            new Log(
                    new LogSink(
                            InstantSource.fixed(Instant.EPOCH),
                            ZoneOffset.UTC,
                            new LogSink.Settings(
                                    LogLevel.INFO, LogSink.Format.JSON, List.of(written))),
                    "");

    /** Where to write. */
    public Log log() {
        return log;
    }

    /** All lines so far. */
    public String text() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
