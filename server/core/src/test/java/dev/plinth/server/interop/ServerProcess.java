package dev.plinth.server.interop;

import dev.plinth.walio.peers.Launcher;
import dev.plinth.walio.peers.LoopbackPorts;
import dev.plinth.walio.peers.Peers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One running member, Plinth or the real etcd: started on loopback, ready when its log says so,
 * stopped by its process.
 *
 * <p>Both kinds advertise the same URLs when asked to, so that member and cluster ids are the same
 * and their outputs can be compared as they are.
 */
public final class ServerProcess implements AutoCloseable {
    /** Ample: campaigns run at the lowest priority. */
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String READY = "ready to serve client requests";
    private static final String ADVERTISED_PEER = "http://127.0.0.1:23800";
    private static final String ADVERTISED_CLIENT = "http://127.0.0.1:23790";

    private final Process process;
    private final int clientPort;

    /** Also the monitor of {@link #logEnded}, notified of each line. */
    private final List<String> log = new ArrayList<>();

    private boolean logEnded;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread logReader;

    private ServerProcess(Process process, int clientPort) {
        this.process = process;
        this.clientPort = clientPort;
        this.logReader = Thread.ofVirtual().start(this::readLog);
    }

    /** Starts the real etcd on {@code dataDir} and waits until it serves. */
    public static ServerProcess etcd(Path dataDir, String... flags) {
        return start(List.of(Peers.etcd().toString()), dataDir, flags).awaitReady();
    }

    /** Starts the real etcd on {@code dataDir} without waiting for anything. */
    public static ServerProcess etcdStarting(Path dataDir, String... flags) {
        return start(List.of(Peers.etcd().toString()), dataDir, flags);
    }

    /** Starts {@code plinth server} on {@code dataDir} and waits until it serves. */
    public static ServerProcess plinth(Path dataDir, String... flags) {
        return start(List.of(Launcher.program().toString(), "server"), dataDir, flags).awaitReady();
    }

    /** Starts {@code plinth server} with variables in its environment, and waits. */
    public static ServerProcess plinthIn(
            Map<String, String> environment, Path dataDir, String... flags) {
        return start(List.of(Launcher.program().toString(), "server"), environment, dataDir, flags)
                .awaitReady();
    }

    /** Starts {@code plinth server} on {@code dataDir} without waiting for anything. */
    public static ServerProcess plinthStarting(Path dataDir, String... flags) {
        return plinthStartingBy(List.of(), dataDir, flags);
    }

    /** The same through a program that becomes the one named by its last arguments. */
    static ServerProcess plinthStartingBy(List<String> runner, Path dataDir, String... flags) {
        List<String> program = new ArrayList<>(runner);
        program.addAll(List.of(Launcher.program().toString(), "server"));
        return start(program, dataDir, flags);
    }

    private static ServerProcess start(List<String> program, Path dataDir, String... flags) {
        return start(program, Map.of(), dataDir, flags);
    }

    private static ServerProcess start(
            List<String> program, Map<String, String> environment, Path dataDir, String... flags) {
        int clientPort = LoopbackPorts.free();
        List<String> command = new ArrayList<>(program);
        command.addAll(
                List.of(
                        "--name=one",
                        "--data-dir=" + dataDir,
                        "--listen-client-urls=http://127.0.0.1:" + clientPort,
                        "--advertise-client-urls=" + ADVERTISED_CLIENT,
                        "--listen-peer-urls=http://127.0.0.1:" + LoopbackPorts.free(),
                        "--initial-advertise-peer-urls=" + ADVERTISED_PEER,
                        "--initial-cluster=one=" + ADVERTISED_PEER));
        command.addAll(List.of(flags));
        return launch(command, environment, clientPort);
    }

    /** Starts {@code plinth server} with these flags and no others. */
    static ServerProcess plinthWith(int clientPort, List<String> flags) {
        List<String> command = new ArrayList<>(List.of(Launcher.program().toString(), "server"));
        command.addAll(flags);
        return launch(command, Map.of(), clientPort);
    }

    private static ServerProcess launch(
            List<String> command, Map<String, String> environment, int clientPort) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(environment);
            return new ServerProcess(builder.start(), clientPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String endpoint() {
        return "127.0.0.1:" + clientPort;
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** All lines that the process has logged so far. */
    public List<String> log() {
        synchronized (log) {
            return List.copyOf(log);
        }
    }

    public ServerProcess awaitReady() {
        try {
            ready.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
            return this;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw failed("not ready: " + e);
        }
    }

    /** Waits until a line that contains {@code text} has been logged. */
    public void awaitLine(String text) {
        awaitLine(text, 0);
    }

    /** Waits until more than {@code before} lines that contain {@code text} have been logged. */
    void awaitLine(String text, int before) {
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        synchronized (log) {
            while (log.stream().filter(line -> line.contains(text)).count() <= before) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || logEnded) {
                    throw failed("\"" + text + "\" was not logged");
                }
                try {
                    log.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw failed("interrupted");
                }
            }
        }
    }

    /** The exit code, after the process has ended by itself or by a signal sent before. */
    public int awaitExit() {
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failed("did not end within " + STOP_LIMIT);
            }
            logReader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted");
        }
    }

    /** SIGTERM, and the exit code. */
    public int stop() {
        // Not by the process, which would close its streams, and what it says at its end is lost.
        process.toHandle().destroy();
        return awaitExit();
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGSTOP. */
    void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        CommandRun.of("kill", "-" + name, String.valueOf(process.pid())).succeeded();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }

    private void readLog() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (log) {
                    log.add(line);
                    log.notifyAll();
                }
                if (line.contains(READY)) {
                    ready.complete(null);
                }
            }
        } catch (IOException e) {
            synchronized (log) {
                log.add("log lost: " + e);
            }
        }
        synchronized (log) {
            logEnded = true;
            log.notifyAll();
        }
        ready.completeExceptionally(new IOException("the process has ended"));
    }

    private AssertionError failed(String why) {
        return new AssertionError(why + "\n" + String.join("\n", log()));
    }
}
