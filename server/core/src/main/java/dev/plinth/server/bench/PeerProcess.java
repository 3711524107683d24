package dev.plinth.server.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server under test: one fresh member on loopback, with what the kernel counts of it. */
final class PeerProcess implements AutoCloseable {
    private static final String READY = "ready to serve client requests";
    private static final int START_LIMIT_SECONDS = 120;
    private static final int STOP_LIMIT_SECONDS = 30;
    private static final double TICKS_PER_SECOND = 100;
    private static final int SECTOR_BYTES = 512;

    private final String name;
    private final List<String> words;
    private final String endpoint;
    private final Path deviceStatistics;

    /** The one that was started last; another thread may look at what it takes. */
    private volatile Process process;

    private PeerProcess(String name, List<String> words, Path folder, String endpoint)
            throws IOException {
        this.name = name;
        this.words = words;
        this.endpoint = endpoint;
        this.deviceStatistics = statisticsOf(folder);
        this.process = launched(words);
    }

    /**
     * Starts {@code command} (words separated by blanks) with an empty data directory below {@code
     * folder}; returns when its log says that it serves.
     *
     * @param client host and port for clients
     * @param self its own part of the list of members
     * @param cluster all members, each as its name, an equals sign, and its URL for peers
     * @throws IOException with the end of its log when it does not come up
     */
    static PeerProcess start(
            String name, String command, Path folder, String client, String self, String cluster)
            throws IOException, InterruptedException {
        int equals = self.indexOf('=');
        String member = self.substring(0, equals);
        String peer = self.substring(equals + 1);
        List<String> words = new ArrayList<>(Arrays.asList(command.trim().split("\\s+")));
        words.addAll(
                List.of(
                        "--name=" + member,
                        "--data-dir=" + folder.resolve(member + ".etcd"),
                        "--listen-client-urls=http://" + client,
                        "--advertise-client-urls=http://" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=" + cluster));
        PeerProcess started = new PeerProcess(name, words, folder, client);
        started.awaitReady();
        return started;
    }

    /**
     * Stops the server with a signal, as an operator does, and starts it on what it has stored.
     *
     * @return nanoseconds from the start of the process until its log says that it serves
     * @throws IOException when it does not come up
     */
    long restart() throws IOException, InterruptedException {
        close();
        long start = System.nanoTime();
        process = launched(words);
        awaitReady();
        return System.nanoTime() - start;
    }

    /** Stops all its threads, as a machine does that stands still; sockets stay open. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on. */
    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-" + name, "" + pid()).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException("kill -%s %d: exit code %d".formatted(name, pid(), exit));
        }
    }

    private static Process launched(List<String> words) throws IOException {
        return new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        Process launched = process;
        List<String> log = new ArrayList<>();
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> follow(launched, log, ready));
        try {
            ready.get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            launched.destroyForcibly();
            synchronized (log) {
                throw new IOException(
                        name
                                + " did not come up:\n"
                                + String.join(
                                        "\n",
                                        log.subList(Math.max(0, log.size() - 20), log.size())),
                        e);
            }
        }
    }

    private static void follow(
            Process process, List<String> log, CompletableFuture<Boolean> ready) {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(READY)) {
                    ready.complete(true);
                }
                if (!ready.isDone()) {
                    synchronized (log) {
                        log.add(line);
                    }
                }
            }
            ready.completeExceptionally(new IOException("the process has ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    private static Path statisticsOf(Path folder) throws IOException {
        long device = ((Number) Files.getAttribute(folder, "unix:dev")).longValue();
        long major = (device >>> 8) & 0xfff;
        long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
        return Path.of("/sys/dev/block/%d:%d/stat".formatted(major, minor));
    }

    long pid() {
        return process.pid();
    }

    String name() {
        return name;
    }

    String endpoint() {
        return endpoint;
    }

    /** User and system time of all its threads so far. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(proc("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Highest resident size so far, file mappings included. */
    long peakResidentBytes() throws IOException {
        return statusKilobytes("VmHWM:") * 1024;
    }

    /** Resident size, file mappings included, now. */
    long residentBytes() throws IOException {
        return statusKilobytes("VmRSS:") * 1024;
    }

    /** Resident size without file mappings, now. */
    long anonymousBytes() throws IOException {
        return (statusKilobytes("RssAnon:") + statusKilobytes("RssShmem:")) * 1024;
    }

    /**
     * What the device under the data directory has been given to write, by whomever; 0 where it
     * tells nothing.
     */
    long deviceBytesWritten() throws IOException {
        if (!Files.exists(deviceStatistics)) {
            return 0;
        }
        String[] fields = Files.readString(deviceStatistics).trim().split("\\s+");
        return Long.parseLong(fields[6]) * SECTOR_BYTES;
    }

    private long statusKilobytes(String label) throws IOException {
        for (String line : Files.readAllLines(proc("status"))) {
            if (line.startsWith(label)) {
                return Long.parseLong(line.substring(label.length()).replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    private Path proc(String file) {
        return Path.of("/proc", String.valueOf(process.pid()), file);
    }

    /** Sends the signal that ends it, and does not wait. */
    void askToEnd() {
        process.destroy();
    }

    @Override
    public void close() throws IOException {
        askToEnd();
        try {
            if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
