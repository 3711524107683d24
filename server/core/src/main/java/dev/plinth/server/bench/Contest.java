package dev.plinth.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The servers that are measured beside each other, as every command of this tool names them. */
final class Contest {
    @Option(
            names = "--peer",
            required = true,
            paramLabel = "NAME=COMMAND",
            description =
                    "A server, and the words that start it. Repeat it; ratios refer to the first.")
    private Map<String, String> peers = new LinkedHashMap<>();

    @Option(
            names = "--dir",
            description =
                    "Folder for the data, on the disk that counts (default: a new one in the present folder).")
    private @Nullable Path folder;

    /** The servers while they run; closing ends them and deletes what they have stored. */
    record Running(Path data, List<PeerCluster> peers) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            for (PeerCluster peer : peers) {
                peer.close();
            }
            try (var paths = Files.walk(data)) {
                for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Names of the servers, the one first that ratios refer to. */
    List<String> names() {
        return List.copyOf(peers.keySet());
    }

    /** Starts all of them, fresh, with their data side by side. */
    Running start(int members) throws IOException, InterruptedException {
        return start(names(), members);
    }

    /** Starts some of them, fresh. */
    Running start(List<String> names, int members) throws IOException, InterruptedException {
        Path data =
                Files.createTempDirectory(
                        folder == null ? Path.of("").toAbsolutePath() : folder, "plinth-bench-");
        Running running = new Running(data, new ArrayList<>());
        try {
            for (String name : names) {
                String command = peers.getOrDefault(name, "");
                running.peers().add(PeerCluster.start(name, command, data, members));
            }
            return running;
        } catch (IOException | InterruptedException | RuntimeException e) {
            running.close();
            throw e;
        }
    }
}
