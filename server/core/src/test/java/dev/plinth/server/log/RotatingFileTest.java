package dev.plinth.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.config.LogRotation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileTest {
    private static final int LINE = 1000;

    @TempDir Path folder;
    private Instant now = Instant.parse("2026-01-02T15:04:05.678Z");
    private final InstantSource clock = () -> now;

    private RotatingFile open(LogRotation rotation) throws IOException {
        return new RotatingFile(
                folder.resolve("etcd.log"), rotation, clock, ZoneOffset.UTC, Runnable::run);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] line(char letter) {
        return (String.valueOf(letter).repeat(LINE - 1) + "\n").getBytes(UTF_8);
    }

    @Test
    void aFullFileIsPutAsideUnderItsTime() throws IOException {
        try (RotatingFile file = open(new LogRotation(2 * LINE, 0, 0, false, false))) {
            file.write(line('a'));
            file.write(line('b'));
            assertThat(names()).containsExactly("etcd.log");
            file.write(line('c'));
            assertThat(names()).containsExactly("etcd-2026-01-02T15-04-05.678.log", "etcd.log");
            assertThat(Files.readAllBytes(folder.resolve("etcd.log"))).isEqualTo(line('c'));
            assertThat(folder.resolve("etcd-2026-01-02T15-04-05.678.log")).hasSize(2 * LINE);
        }
    }

    @Test
    void whatIsThereAlreadyCounts() throws IOException {
        Files.write(folder.resolve("etcd.log"), line('z'));
        try (RotatingFile file = open(new LogRotation(LINE, 0, 0, false, false))) {
            file.write(line('a'));
            assertThat(names()).hasSize(2);
        }
    }

    @Test
    void onlySoManyAreKeptAndOthersAreLeftAlone() throws IOException {
        Files.writeString(folder.resolve("etcd-notes.log"), "mine");
        try (RotatingFile file = open(new LogRotation(LINE, 0, 2, false, false))) {
            for (char letter = 'a'; letter < 'g'; letter++) {
                file.write(line(letter));
                now = now.plus(Duration.ofSeconds(1));
            }
            assertThat(names())
                    .containsExactly(
                            "etcd-2026-01-02T15-04-09.678.log",
                            "etcd-2026-01-02T15-04-10.678.log",
                            "etcd-notes.log",
                            "etcd.log");
        }
    }

    @Test
    void oldOnesGoAndTheRestIsCompressed() throws IOException {
        try (RotatingFile file = open(new LogRotation(LINE, 7, 0, false, true))) {
            file.write(line('a'));
            file.write(line('b'));
            Path compressed = folder.resolve("etcd-2026-01-02T15-04-05.678.log.gz");
            try (var in = new GZIPInputStream(Files.newInputStream(compressed))) {
                assertThat(in.readAllBytes()).isEqualTo(line('a'));
            }
            now = now.plus(Duration.ofDays(8));
            file.write(line('c'));
            assertThat(names()).containsExactly("etcd-2026-01-10T15-04-05.678.log.gz", "etcd.log");
        }
    }

    @Test
    void theFlagIsReadAsEtcdReadsIt() {
        assertThat(
                        LogRotation.parse(
                                "{\"maxsize\": 1, \"maxAge\": 2, \"maxbackups\": 3,"
                                        + " \"localtime\": true, \"compress\": true, \"other\": 1}"))
                .isEqualTo(new LogRotation(1 << 20, 2, 3, true, true));
        assertThat(LogRotation.parse("{}").fileBytesMax()).isEqualTo(100 << 20);
        assertThatThrownBy(() -> LogRotation.parse("{\"maxsize\": \"x\"}"))
                .hasMessageStartingWith("invalid log rotation config: ");
        assertThatThrownBy(() -> LogRotation.parse("{"))
                .hasMessageStartingWith("improperly formatted log rotation config: ");
    }
}
