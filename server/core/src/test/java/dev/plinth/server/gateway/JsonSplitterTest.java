package dev.plinth.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonSplitterTest {
    private static final int BYTES_MAX = 4096;
    private static final int DEPTH_MAX = 1000;

    private final List<String> documents = new ArrayList<>();
    private final JsonSplitter splitter = new JsonSplitter(BYTES_MAX, documents::add);

    private void feed(String text) throws JsonSyntaxException {
        splitter.feed(Unpooled.wrappedBuffer(text.getBytes(UTF_8)));
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    @Test
    void depthOfADocument() throws JsonSyntaxException {
        feed(nested(DEPTH_MAX));
        assertThat(documents).containsExactly(nested(DEPTH_MAX));
        assertThatThrownBy(() -> feed(nested(DEPTH_MAX + 1)))
                .isInstanceOf(JsonSyntaxException.class)
                .hasMessage("exceeded max depth");
    }

    @Test
    void sizeOfADocument() throws JsonSyntaxException {
        String largest = '"' + "x".repeat(BYTES_MAX - 2) + '"';
        feed(largest + largest);
        assertThat(documents).containsExactly(largest, largest);
        assertThat(splitter.isTooLarge()).isFalse();
        assertThatThrownBy(() -> feed('"' + "x".repeat(BYTES_MAX - 1) + '"'))
                .isInstanceOf(JsonSyntaxException.class);
        assertThat(splitter.isTooLarge()).isTrue();
    }
}
