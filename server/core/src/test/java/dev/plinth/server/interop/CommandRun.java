package dev.plinth.server.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What one finished command printed, and its exit code. */
public record CommandRun(List<String> command, String stdout, String stderr, int exitCode) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    public static CommandRun of(
            List<String> command, Map<String, String> environment, String stdin) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            CompletableFuture<String> stdout = readAll(process.getInputStream());
            CompletableFuture<String> stderr = readAll(process.getErrorStream());
            try (var in = process.getOutputStream()) {
                in.write(stdin.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        command + " did not end within " + LIMIT + ": " + stderr.join());
            }
            return new CommandRun(command, stdout.join(), stderr.join(), process.exitValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public static CommandRun of(String... command) {
        return of(List.of(command), Map.of(), "");
    }

    /** This run, or an error with all that it printed where it failed. */
    public CommandRun succeeded() {
        if (exitCode != 0) {
            throw new AssertionError(command + " ended with " + exitCode + "\n" + stdout + stderr);
        }
        return this;
    }

    private static CompletableFuture<String> readAll(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.completeExceptionally(e);
                    }
                });
        return text;
    }
}
