package dev.plinth.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.PlinthClient;
import dev.plinth.testing.Endpoints;
import dev.plinth.testing.PlinthExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PlinthExtension.class)
class MyServiceExampleTest {
    @Test
    void storesItsState(PlinthClient client, Endpoints endpoints) {
        client.kv().put(Bytes.of("k"), Bytes.of("v"));
        assertThat(endpoints.all()).hasSize(1);
    }
}
