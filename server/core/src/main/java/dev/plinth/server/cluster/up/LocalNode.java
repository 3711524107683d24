package dev.plinth.server.cluster.up;

import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One member on this machine.
 *
 * <pre>
 * FOLDER/m1/      its data directory
 *        m1.log   what it says, runs one after the other
 *        m1.pid   id of the process that was started last, decimal
 * </pre>
 *
 * A process id may have been given to somebody else since, so only a process that names the data
 * directory on its command line counts as this member's.
 *
 * @param number 1 for the first
 * @param folder the cluster's folder
 * @param clientPort port for clients; the next one is for peers
 */
record LocalNode(int number, Path folder, int clientPort) {
    private static final int STOP_SECONDS = 30;
    private static final int PID_BYTES_MAX = 20;

    String name() {
        return "m" + number;
    }

    Path dataDir() {
        return folder.resolve(name());
    }

    Path log() {
        return folder.resolve(name() + ".log");
    }

    private Path pidFile() {
        return folder.resolve(name() + ".pid");
    }

    String endpoint() {
        return "127.0.0.1:" + clientPort;
    }

    String peerUrl() {
        return "http://127.0.0.1:" + (clientPort + 1);
    }

    private String dataDirFlag() {
        return "--data-dir=" + dataDir();
    }

    /** Its process, if it runs. */
    Optional<ProcessHandle> process() throws IOException {
        if (!Files.exists(pidFile()) || Files.size(pidFile()) > PID_BYTES_MAX) {
            return Optional.empty();
        }
        String text = Files.readString(pidFile()).strip();
        if (!text.matches("[0-9]{1,18}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(text)).filter(this::isOurs);
    }

    /** The Java library tells the first 4096 bytes of a command line; a class path is longer. */
    private boolean isOurs(ProcessHandle process) {
        Path commandLine = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            String words = new String(Files.readAllBytes(commandLine), StandardCharsets.UTF_8);
            return Arrays.asList(words.split("\0")).contains(dataDirFlag());
        } catch (IOException _) {
            // It has ended meanwhile.
            return false;
        }
    }

    /** Starts it; it goes on when the command that started it has ended. */
    void start(String launcher, String initialCluster, List<String> flags) throws IOException {
        String client = "http://" + endpoint();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                launcher,
                                "server",
                                "--name=" + name(),
                                dataDirFlag(),
                                "--listen-client-urls=" + client,
                                "--advertise-client-urls=" + client,
                                "--listen-peer-urls=" + peerUrl(),
                                "--initial-advertise-peer-urls=" + peerUrl(),
                                "--initial-cluster=" + initialCluster));
        command.addAll(flags);
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                        .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                        .start();
        Files.writeString(pidFile(), Long.toString(process.pid()));
    }

    /** Ends it with SIGTERM, and with SIGKILL if it does not go; false if it did not run. */
    boolean stop() throws IOException, InterruptedException {
        Optional<ProcessHandle> running = process();
        if (running.isEmpty()) {
            return false;
        }
        ProcessHandle process = running.get();
        process.destroy();
        try {
            process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException _) {
            process.destroyForcibly();
        }
        Files.deleteIfExists(pidFile());
        return true;
    }

    /**
     * What it says of itself.
     *
     * @param waitSeconds how long to wait until it serves
     * @throws StatusRuntimeException if it does not answer
     */
    StatusResponse status(int waitSeconds) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", clientPort).usePlaintext().build();
        try {
            return MaintenanceGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(waitSeconds, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }
}
