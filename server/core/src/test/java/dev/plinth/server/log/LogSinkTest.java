package dev.plinth.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogSinkTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901234Z");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Log log(LogLevel level, LogSink.Format format, ZoneId zone) {
        return new Log(
                new LogSink(
                        InstantSource.fixed(NOW),
                        zone,
                        new LogSink.Settings(level, format, List.of(out))),
                "");
    }

    private Log json() {
        return log(LogLevel.INFO, LogSink.Format.JSON, ZoneOffset.UTC);
    }

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void jsonLineHasZapsFieldsInZapsOrder() {
        json().info("a \"line\"", "id", 7L, "urls", List.of("u"), "took", Duration.ofMillis(15));
        assertThat(written())
                .matches(
                        "\\{\"level\":\"info\",\"ts\":\"2026-01-02T03:04:05.678901Z\",\"caller\":\"log/LogSinkTest.java:\\d+\",\"msg\":\"a \\\\\"line\\\\\"\",\"id\":7,\"urls\":\\[\"u\"],\"took\":\"15ms\"}\n");
    }

    @Test
    void namedLoggerIsShownAndPackageNamesAreNot() {
        json().named("raft").warn("x");
        json().named("dev.plinth.walio").info("y");
        assertThat(written().lines().toList().get(0)).contains("\"logger\":\"raft\",\"caller\"");
        assertThat(written().lines().toList().get(1)).doesNotContain("\"logger\"");
    }

    @Test
    void errorCarriesCauseAndStackTrace() {
        json().error("failed", new IllegalStateException("why"), "file", "f");
        assertThat(written())
                .contains("\"file\":\"f\",\"error\":\"why\",\"stacktrace\":\"java.lang.Illegal");
        assertThat(written().lines()).hasSize(1);
    }

    @Test
    void linesBelowTheLevelAreNotWritten() {
        Log log = log(LogLevel.WARN, LogSink.Format.JSON, ZoneOffset.UTC);
        log.info("x");
        log.debug("x");
        assertThat(written()).isEmpty();
        assertThat(log.isLoggable(System.Logger.Level.INFO)).isFalse();
    }

    @Test
    void consoleIsTabSeparatedAndZonesHaveAnOffset() {
        log(LogLevel.INFO, LogSink.Format.CONSOLE, ZoneOffset.ofHours(2)).info("x", "k", true);
        assertThat(written())
                .matches(
                        "2026-01-02T05:04:05.678901\\+0200\tinfo\tlog/LogSinkTest.java:\\d+\tx\t\\{\"k\":true}\n");
    }

    @Test
    void systemLoggerTakesPlaceholdersOrFields() {
        System.Logger log = json();
        log.log(System.Logger.Level.INFO, "got {0} of {1}", "a", "b");
        log.log(System.Logger.Level.WARNING, "opened", "path", "p");
        assertThat(written())
                .contains("\"msg\":\"got a of b\"}")
                .contains("\"msg\":\"opened\",\"path\":\"p\"}");
    }

    @Test
    void floodIsThinnedOut() {
        Log log = json();
        for (int i = 0; i < 1000; i++) {
            log.info("same");
        }
        assertThat(written().lines()).hasSize(100 + 9);
    }
}
