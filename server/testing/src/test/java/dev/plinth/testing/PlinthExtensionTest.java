package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Range;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PlinthExtension.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PlinthExtensionTest {
    @RepeatedTest(3)
    void eachTestFindsNoKeys(PlinthClient client) {
        assertThat(client.kv().range(Range.all()).items()).isEmpty();
        client.kv().put(Bytes.of("left"), Bytes.of("behind"));
    }

    @Test
    void parametersAreOfTheSameServer(
            PlinthServer server, PlinthClient client, Endpoints endpoints) {
        assertThat(endpoints.all()).isEqualTo(server.endpoints());
        assertThat(endpoints.first()).isEqualTo(server.endpoint());
        client.kv().put(Bytes.of("a"), Bytes.of("1"));
        try (PlinthClient other = PlinthClient.of(endpoints.first())) {
            assertThat(other.kv().get(Bytes.of("a"))).isPresent();
        }
    }
}
