package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlaceholderTest {
    @Test
    void runs() {
        assertThat(Integer.parseInt("1")).isEqualTo(1);
    }
}
