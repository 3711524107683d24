package dev.plinth.server.interop;

import dev.plinth.walio.peers.Peers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** An etcdctl watch that is stopped as soon as it has printed what was waited for. */
final class WatchRun {
    private static final int LIMIT_SECONDS = 30;

    private WatchRun() {}

    /** All lines up to and with the block in which {@code last} appears as part of a line. */
    static String until(ServerProcess server, List<String> arguments, String last) {
        List<String> command =
                new ArrayList<>(
                        List.of(Peers.etcdctl().toString(), "--endpoints=" + server.endpoint()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        try {
            return linesUntil(builder.start(), last);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String linesUntil(Process watch, String last) throws IOException {
        AtomicBoolean tooLate = new AtomicBoolean();
        Thread limit =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                if (!watch.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                                    tooLate.set(true);
                                    watch.destroyForcibly();
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        StringBuilder text = new StringBuilder();
        String encoded =
                java.util.Base64.getEncoder().encodeToString(last.getBytes(StandardCharsets.UTF_8));
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(watch.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                text.append(line).append('\n');
                if (line.contains(last) || line.contains(encoded)) {
                    return text.toString();
                }
            }
        } finally {
            watch.destroyForcibly();
            limit.interrupt();
        }
        throw new AssertionError((tooLate.get() ? "too late: " : "ended: ") + text);
    }
}
