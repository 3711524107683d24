package dev.plinth.server.peer;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** One request of a peer and the place for its one answer. Answers come from any thread. */
final class PeerExchange {
    static final String TEXT = "text/plain; charset=utf-8";
    static final String JSON = "application/json";

    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final String path;
    private final Runnable onAnswered;
    private final AtomicBoolean isAnswered = new AtomicBoolean();
    private final Map<String, String> headers = new HashMap<>();

    PeerExchange(ChannelHandlerContext context, HttpRequest request, Runnable onAnswered) {
        this.context = context;
        this.request = request;
        this.path = new QueryStringDecoder(request.uri()).path();
        this.onAnswered = onAnswered;
    }

    String method() {
        return request.method().name();
    }

    String path() {
        return path;
    }

    HttpHeaders headers() {
        return request.headers();
    }

    Channel channel() {
        return context.channel();
    }

    /** A header that every answer to this request carries. */
    void answerHeader(String name, String value) {
        headers.put(name, value);
    }

    /** The answer; only the first one counts. */
    void answer(int status, String type, byte[] body) {
        send(status, type, body, HttpUtil.isKeepAlive(request));
    }

    void answer(int status, String type, String body) {
        answer(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Success without a body. */
    void done() {
        send(204, "", new byte[0], HttpUtil.isKeepAlive(request));
    }

    /** An error in plain text. */
    void refuse(int status, String text) {
        answerHeader("X-Content-Type-Options", "nosniff");
        answer(status, TEXT, text + "\n");
    }

    /** An error after which the rest of what the peer sends is not wanted. */
    void refuseAndClose(int status, String text) {
        answerHeader("X-Content-Type-Options", "nosniff");
        send(status, TEXT, (text + "\n").getBytes(StandardCharsets.UTF_8), false);
    }

    /** The method is not offered here. */
    void refuseMethod(String allowed) {
        answerHeader(HttpHeaderNames.ALLOW.toString(), allowed);
        refuse(405, "Method Not Allowed");
    }

    private void send(int status, String type, byte[] body, boolean isKeptAlive) {
        if (!isAnswered.compareAndSet(false, true)) {
            return;
        }
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(body));
        headers.forEach((name, value) -> response.headers().set(name, value));
        if (!type.isEmpty()) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        }
        HttpUtil.setKeepAlive(response, isKeptAlive);
        if (status != 204) {
            HttpUtil.setContentLength(response, body.length);
        }
        context.executor()
                .execute(() -> {
                    context.writeAndFlush(response)
                            .addListener(
                                    isKeptAlive
                                            ? ChannelFutureListener.CLOSE_ON_FAILURE
                                            : ChannelFutureListener.CLOSE);
                    onAnswered.run();
                });
    }

    /** Answers with a body that does not end; on the event loop. */
    Channel beginStream() {
        isAnswered.set(true);
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        headers.forEach((name, value) -> response.headers().set(name, value));
        HttpUtil.setTransferEncodingChunked(response, true);
        var _ = context.writeAndFlush(response);
        return context.channel();
    }
}
