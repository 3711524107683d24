package dev.plinth.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plinth bench compare} through the launcher: starts clusters, measures them, cleans up. */
class CompareIT {
    private static final int LIMIT_SECONDS = 180;

    @TempDir private Path folder = Path.of("");

    private String compare(String... words) throws IOException, InterruptedException {
        String launcher = Launcher.program().toString();
        List<String> command = new ArrayList<>(List.of(launcher, "bench", "compare"));
        command.add("--peer=one=" + launcher + " server");
        command.addAll(List.of(words));
        command.addAll(
                List.of(
                        "--rounds=2",
                        "--seconds=1",
                        "--warm-up=200",
                        "--clients=4",
                        "--key-space-size=100"));
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean isOver = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(isOver).as(text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    private void assertCleanedUp() throws IOException {
        try (var left = Files.list(folder)) {
            assertThat(left.filter(path -> path.toString().contains("plinth-bench-"))).isEmpty();
        }
    }

    @Test
    void aClusterOfThreeIsMeasuredAtItsLeader() throws IOException, InterruptedException {
        String text = compare("--members=3", "--html=report.html");
        assertThat(text)
                .contains("PUT, 4 clients on 4 connections", "3 members, to the leader, 2 rounds")
                .containsPattern("calls per second +[0-9,.]+ \\([0-9,.]+-[0-9,.]+\\)\n")
                .containsPattern("failed calls +0.000 \\(0.000-0.000\\)\n");
        assertThat(Files.readString(folder.resolve("report.html")))
                .startsWith("<!DOCTYPE html>")
                .contains("latency p99.9, ms", "<polyline")
                .doesNotContain("http://", "https://");
        assertCleanedUp();
    }

    @Test
    void eachRoundMayHaveAServerOfItsOwn() throws IOException, InterruptedException {
        String second = "--peer=two=" + Launcher.program() + " server";
        String text = compare(second, "--fresh", "--workload=GET");
        assertThat(text)
                .containsSubsequence(
                        "one starts and warms up",
                        "round 1 of 2, one",
                        "two starts and warms up",
                        "round 1 of 2, two",
                        "one starts and warms up",
                        "round 2 of 2, one")
                .containsPattern("latency p50, ms .* x[0-9.]+\n");
        assertCleanedUp();
    }
}
