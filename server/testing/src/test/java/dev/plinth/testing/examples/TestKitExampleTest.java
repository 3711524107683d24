package dev.plinth.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.testing.PlinthServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TestKitExampleTest {
    @Test
    void aClusterInsideATest() {
        try (PlinthServer server = PlinthServer.builder().members(3).start()) {
            server.client().kv().put(Bytes.of("k"), Bytes.of("v"));
            server.stopMember(0);
            assertThat(server.client().kv().get(Bytes.of("k"))).isPresent();
        }
    }
}
