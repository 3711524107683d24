package dev.plinth.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.interop.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A watcher gets every event while others list all keys over and over, with HTTP on a port of its
 * own. How late events come is measured by {@code plinth bench starvation}.
 */
class StarvationIT {
    private static final int KEYS = 2000;

    @TempDir Path dir;

    @Test
    void everyEventArrivesWhileListsRun() throws Exception {
        String httpEndpoint = "127.0.0.1:" + freePort();
        try (ServerProcess server =
                ServerProcess.plinth(
                        dir.resolve("data"), "--listen-client-http-urls=http://" + httpEndpoint)) {
            try (ClosedLoop loop = new ClosedLoop(server.endpoint(), 4)) {
                loop.run(Workload.PUT, Workload.Requests.of(KEYS, 1024), 16, KEYS);
            }
            try (WatchUnderLists load = new WatchUnderLists(server.endpoint(), httpEndpoint)) {
                // Fails when an event is missing.
                Starvation round = load.run(4, 2, 200, 1);
                assertThat(round.listsPerSecond()).isPositive();
                assertThat(round.httpListsPerSecond()).isPositive();
            }
            // A port of its own means that the other one serves no JSON.
            assertThatThrownBy(() -> get("http://" + server.endpoint() + "/health"))
                    .isInstanceOf(IOException.class);
            assertThat(get("http://" + httpEndpoint + "/health")).contains("\"true\"");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String get(String url) throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }
}
