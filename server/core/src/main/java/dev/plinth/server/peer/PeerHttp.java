package dev.plinth.server.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, on a connection of its own. Any thread; the results come on a loop.
 */
public final class PeerHttp {
    /**
     * A whole answer.
     *
     * @param status the status code
     * @param headers the headers
     * @param body the body
     */
    public record Answer(int status, HttpHeaders headers, byte[] body) {
        /** The body as text without the line end that plain errors have. */
        public String text() {
            return new String(body, java.nio.charset.StandardCharsets.UTF_8).strip();
        }
    }

    private final PeerDialer dialer;

    /**
     * @param dialer opens the connections
     */
    public PeerHttp(PeerDialer dialer) {
        this.dialer = dialer;
    }

    /** Asks for something. */
    public CompletableFuture<Answer> get(
            URI url, String path, Consumer<HttpHeaders> headers, long timeoutNanos, int bytesMax) {
        return exchange(
                url, HttpMethod.GET, path, Unpooled.EMPTY_BUFFER, headers, timeoutNanos, bytesMax);
    }

    /** Asks for something that a body describes. */
    public CompletableFuture<Answer> get(
            URI url,
            String path,
            ByteBuf body,
            Consumer<HttpHeaders> headers,
            long timeoutNanos,
            int bytesMax) {
        return exchange(url, HttpMethod.GET, path, body, headers, timeoutNanos, bytesMax);
    }

    /** Sends something. */
    public CompletableFuture<Answer> post(
            URI url,
            String path,
            ByteBuf body,
            Consumer<HttpHeaders> headers,
            long timeoutNanos,
            int bytesMax) {
        return exchange(url, HttpMethod.POST, path, body, headers, timeoutNanos, bytesMax);
    }

    /**
     * Completes with the answer, whatever its status; fails with an {@link IOException} when there
     * is none, or with a {@link TimeoutException}.
     */
    private CompletableFuture<Answer> exchange(
            URI url,
            HttpMethod method,
            String path,
            ByteBuf body,
            Consumer<HttpHeaders> headers,
            long timeoutNanos,
            int bytesMax) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path, body);
        request.headers()
                .set(HttpHeaderNames.HOST, url.getAuthority())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (body.isReadable() || method.equals(HttpMethod.POST)) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        }
        headers.accept(request.headers());
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        EventLoop loop = dialer.nextLoop();
        var connecting = dialer.connect(url, loop, new Receiver(answer, bytesMax));
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                var _ = connecting.channel().writeAndFlush(request);
            } else {
                request.release();
                answer.completeExceptionally(done.cause());
            }
        });
        var timeout =
                loop.schedule(
                        () -> {
                            answer.completeExceptionally(
                                    new TimeoutException("no answer from " + url + path));
                        },
                        timeoutNanos,
                        TimeUnit.NANOSECONDS);
        var _ =
                answer.whenComplete((_, _) -> {
                    timeout.cancel(false);
                    var _ = connecting.channel().close();
                });
        return answer;
    }

    private static final class Receiver extends SimpleChannelInboundHandler<HttpObject> {
        private final CompletableFuture<Answer> answer;
        private final int bytesMax;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private @Nullable HttpResponse head;

        Receiver(CompletableFuture<Answer> answer, int bytesMax) {
            this.answer = answer;
            this.bytesMax = bytesMax;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part)
                throws IOException {
            if (part.decoderResult().isFailure()) {
                throw new IOException("malformed answer", part.decoderResult().cause());
            }
            if (part instanceof HttpResponse response) {
                head = response;
            }
            if (part instanceof HttpContent content) {
                ByteBuf bytes = content.content();
                if (body.size() + bytes.readableBytes() > bytesMax) {
                    throw new IOException("answer longer than " + bytesMax + " bytes");
                }
                bytes.readBytes(body, bytes.readableBytes());
            }
            HttpResponse known = head;
            if (part instanceof LastHttpContent && known != null) {
                answer.complete(
                        new Answer(known.status().code(), known.headers(), body.toByteArray()));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer.completeExceptionally(new IOException("connection closed before the answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(cause);
        }
    }
}
