package dev.plinth.tools.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tools.replay.TestServer;
import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Types the commands of one document in an empty folder that has the launcher in it. */
final class TypedDocument implements AutoCloseable {
    private static final int REASON_MIN = 10;

    private record Ended(int code, String output) {}

    private final String name;
    private final Path folder;
    private final DocumentPorts ports = new DocumentPorts();
    private final List<TestServer> running = new ArrayList<>();

    TypedDocument(String name, Path folder) throws IOException {
        this.name = name;
        this.folder = folder;
        Files.createSymbolicLink(folder.resolve("plinth"), Launcher.program());
    }

    /** Types a block, or sees that it says why not. */
    void type(CommandBlock block) throws Exception {
        String place = name + ":" + block.line();
        if (block.isAlone()) {
            stopAll();
        }
        if (!block.isTyped()) {
            assertThat(block.notRun().length()).as(place).isGreaterThan(REASON_MIN);
        } else if (!block.until().isEmpty()) {
            start(block.text(), block.until());
        } else if (block.lines().stream().noneMatch(line -> line.startsWith("$ "))) {
            succeeds(block.text(), place);
        } else {
            answers(block.lines(), place);
        }
    }

    private void start(String command, String until) throws Exception {
        List<String> words = new ArrayList<>(List.of("env"));
        Map<String, String> environment = new TreeMap<>(ports.ofServer());
        environment.putAll(ports.ofClient());
        environment.forEach((variable, value) -> words.add(variable + "=" + value));
        words.addAll(List.of("bash", "-c", "exec " + ports.in(command)));
        TestServer server = TestServer.start(words, folder);
        running.add(server);
        server.awaitOutput(Pattern.compile(until));
    }

    private void answers(List<String> lines, String place) throws Exception {
        int at = 0;
        while (at < lines.size()) {
            String command = lines.get(at).substring(2);
            List<String> printed =
                    lines.stream().skip(at + 1).takeWhile(line -> !line.startsWith("$ ")).toList();
            at += 1 + printed.size();
            assertThat(stripped(succeeds(command, place)))
                    .as("%s: %s", place, command)
                    .matches(expected(ports.in(String.join("\n", printed))));
        }
    }

    private static String stripped(String output) {
        return output.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
    }

    private static Pattern expected(String printed) {
        return Pattern.compile(
                Stream.of(printed.strip().split("…", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")),
                Pattern.DOTALL);
    }

    private String succeeds(String script, String place) throws Exception {
        Ended ended = run(ports.in(script));
        assertThat(ended.code()).as("%s: %s", place, ended.output()).isZero();
        return ended.output();
    }

    private Ended run(String script) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                        .directory(folder.toFile())
                        .redirectErrorStream(true);
        if (!script.contains("--endpoints")) {
            // etcdctl's rule: a flag and its variable are an error together.
            builder.environment().putAll(ports.ofClient());
        }
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    /** What a member without flags tells of itself. */
    String metrics() throws Exception {
        start("./plinth server", "ready to serve client requests");
        return succeeds("curl -sf http://127.0.0.1:2379/metrics", name);
    }

    /** Stops what still runs, also after a failure in the middle of a document. */
    @Override
    public void close() {
        try {
            stopAll();
        } finally {
            ports.close();
        }
    }

    private void stopAll() {
        try {
            if (Files.exists(folder.resolve("plinth-cluster"))) {
                assertThat(run("./plinth cluster down").code()).isZero();
            }
            for (TestServer server : running) {
                server.stop();
            }
            running.clear();
        } catch (IOException e) {
            throw new AssertionError(name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(name, e);
        }
    }
}
