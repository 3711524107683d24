package dev.plinth.testing.conformance;

import dev.plinth.client.Bytes;
import dev.plinth.client.PlinthClient;
import dev.plinth.server.interop.ServerProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One member for all tests of a class, whoever made it. Each test has keys of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
abstract class OneMember {
    ServerProcess server;
    PlinthClient whole;

    /** The same, with keys of this test alone. */
    PlinthClient client;

    abstract ServerProcess start(Path dataDir, String... flags);

    @BeforeAll
    void startServer(@TempDir Path dir) {
        server = start(dir.resolve("data"));
        whole = PlinthClient.of(server.endpoint());
    }

    @AfterAll
    void stopServer() {
        whole.close();
        server.close();
    }

    @BeforeEach
    void chooseKeys(TestInfo test) {
        client = whole.namespace(Bytes.of(test.getDisplayName() + "/"));
    }

    static Bytes b(String text) {
        return Bytes.of(text);
    }
}
