package dev.plinth.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.tls.RemoteIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that never come to an end, with the event loop's time in hand. */
class SlowSendersTest {
    private static final String HEADERS = "POST /%s HTTP/1.1\r\nContent-Length: 4\r\n\r\n";

    private final EmbeddedChannel channel = new EmbeddedChannel();

    /** Answers nothing; a body of {@code /stream} is a stream of requests. */
    private static final class Silent implements HttpConnection.Dispatcher {
        @Override
        public Exchange dispatch(
                HttpRequest request,
                HttpAnswer answer,
                Executor loop,
                @Nullable RemoteIdentity identity) {
            return new Body(request.uri().equals("/stream"));
        }
    }

    private record Body(boolean takesStream) implements Exchange {
        @Override
        public void content(ByteBuf bytes) {}

        @Override
        public boolean wantsMore() {
            return true;
        }

        @Override
        public void end() {}

        @Override
        public void writable() {}

        @Override
        public void aborted() {}
    }

    @BeforeEach
    void open() {
        channel.freezeTime();
        HttpPipeline.http1(channel.pipeline(), new Silent());
    }

    @AfterEach
    void close() {
        var _ = channel.finishAndReleaseAll();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void headersThatDoNotEnd() {
        send("GET / HTTP/1.1\r\n");
        for (int second = 1; second < HttpPipeline.HEADERS_SECONDS; second++) {
            pass(1000);
            send("x-%d: y\r\n".formatted(second));
        }
        pass(999);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aBodyThatPauses() {
        send(HEADERS.formatted("document"));
        for (int i = 0; i < 3; i++) {
            pass(HttpConnection.BODY_PAUSE_SECONDS * 1000 - 1);
            send("x");
        }
        assertThat(channel.isOpen()).isTrue();
        pass(HttpConnection.BODY_PAUSE_SECONDS * 1000);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aStreamMayPause() {
        send(HEADERS.formatted("stream"));
        send("x");
        pass(10 * HttpConnection.BODY_PAUSE_SECONDS * 1000);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aQuietConnectionStaysAndSoDoesOneThatWaitsForItsAnswer() {
        pass(10 * HttpPipeline.HEADERS_SECONDS * 1000);
        assertThat(channel.isOpen()).isTrue();
        send(HEADERS.formatted("document") + "body");
        pass(10 * HttpPipeline.HEADERS_SECONDS * 1000);
        assertThat(channel.isOpen()).isTrue();
    }

    /**
     * What comes while a request is being answered is looked at later; that is not the client's
     * fault.
     */
    @Test
    void aRequestThatWaitsForTheOneBeforeIsNotLate() {
        send(HEADERS.formatted("document") + "body");
        send(HEADERS.formatted("document"));
        pass(10 * HttpPipeline.HEADERS_SECONDS * 1000);
        assertThat(channel.isOpen()).isTrue();
    }
}
