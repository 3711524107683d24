package dev.plinth.testing;

import dev.plinth.client.Delete;
import dev.plinth.client.KeyRange;
import dev.plinth.client.PlinthClient;
import dev.plinth.server.interop.ServerProcess;
import dev.plinth.walio.peers.LoopbackPorts;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** etcd's Java client with a server of its own process, which may be that of a release. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JetcdIT extends JetcdExpectations {
    private final String address = "127.0.0.1:" + LoopbackPorts.free();
    private ServerProcess server;

    @BeforeAll
    void start(@TempDir Path dir) {
        server =
                ServerProcess.plinth(
                        dir,
                        "--listen-client-urls=http://" + address,
                        "--advertise-client-urls=http://" + address);
    }

    @BeforeEach
    void deleteKeysAndConnect() {
        try (PlinthClient client = PlinthClient.of(address)) {
            client.kv().delete(Delete.of(KeyRange.all()));
        }
        connect(address);
    }

    @AfterAll
    void stop() {
        server.close();
    }
}
