package dev.plinth.tools.replay;

import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A member in a process of its own, started by the launcher; ready when its log says so. */
public final class TestServer implements AutoCloseable {
    private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final Pattern READY = Pattern.compile("ready to serve client requests");
    private static final int STOP_LIMIT_SECONDS = 30;

    private final Process process;
    private final Captured log = new Captured();
    private final Thread reader;

    private TestServer(List<String> command, Path directory) throws IOException {
        this.process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        this.reader = Thread.ofVirtual().start(this::readLog);
    }

    /** Starts any server; {@code command} is the program and its words. */
    public static TestServer start(List<String> command, Path directory) throws IOException {
        return new TestServer(command, directory);
    }

    /** Starts {@code ./plinth server}. */
    static TestServer plinth(List<String> words, Path directory) throws IOException {
        List<String> command = new ArrayList<>(List.of(Launcher.program().toString(), "server"));
        command.addAll(words);
        return new TestServer(command, directory);
    }

    private void readLog() {
        try (InputStream output = process.getInputStream()) {
            output.transferTo(log);
        } catch (IOException e) {
            log.write('!');
        } finally {
            log.end();
        }
    }

    /** Waits until it serves. */
    public void awaitReady() throws InterruptedException {
        awaitOutput(READY);
    }

    /** Waits until it has written something. */
    public void awaitOutput(Pattern text) throws InterruptedException {
        if (!log.await(text, START_LIMIT_NANOS)) {
            throw new AssertionError("did not say " + text + ":\n" + log.text());
        }
    }

    /** All that it has written, to both streams. */
    String output() {
        return log.text();
    }

    /** The exit code of a server that ends by itself, when all that it wrote has been read. */
    int awaitEnd() throws InterruptedException {
        reader.join();
        if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end:\n" + log.text());
        }
        return process.exitValue();
    }

    /** Asks it to end, and waits for that. */
    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
