package dev.plinth.server.gateway;

import dev.plinth.server.tls.RemoteIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection, or one stream of HTTP/2: requests one after the other, each answered
 * before the next is looked at.
 *
 * <p>Reads are asked for one message at a time, so a client that pipelines or sends faster than it
 * is served is held back by its socket. One read is always outstanding, so that a client that goes
 * away is noticed while its answer streams. All state belongs to the event loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    /** Decides what a request means. */
    interface Dispatcher {
        /**
         * Starts to answer a request; what it returns receives the body.
         *
         * @param identity who is at the other end; null for a connection in the clear
         */
        Exchange dispatch(
                HttpRequest request,
                HttpAnswer answer,
                Executor loop,
                @Nullable RemoteIdentity identity);

        /** Largest message of the web socket that a request may open; 0 when it may not. */
        default int webSocketBytesMax(HttpRequest request, @Nullable RemoteIdentity identity) {
            return 0;
        }
    }

    /** A body that does not end may pause for so long, unless it is a stream of requests. */
    static final long BODY_PAUSE_SECONDS = 60;

    private final Dispatcher dispatcher;
    private final Consumer<Object> decoded;
    private final ArrayDeque<Object> ahead = new ArrayDeque<>();
    private @Nullable Exchange exchange;
    private @Nullable Answer answer;
    private boolean bodyEnded;
    private boolean readPending = true;
    private boolean draining;
    private @Nullable Future<?> bodyDeadline;

    /**
     * @param decoded told of each message that is read
     */
    HttpConnection(Dispatcher dispatcher, Consumer<Object> decoded) {
        this.dispatcher = dispatcher;
        this.decoded = decoded;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        decoded.accept(message);
        endBodyPause();
        ahead.add(message);
        drain(ctx);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readPending = false;
        readMore(ctx);
    }

    /** Handles what has been read, up to the end of the request that is being answered. */
    private void drain(ChannelHandlerContext ctx) {
        if (draining) {
            return;
        }
        draining = true;
        while (!ahead.isEmpty() && !(exchange != null && bodyEnded)) {
            handle(ctx, ahead.remove());
        }
        draining = false;
    }

    private void readMore(ChannelHandlerContext ctx) {
        if (ahead.isEmpty() && !readPending) {
            readPending = true;
            ctx.read();
        }
        Exchange current = exchange;
        if (current != null && !bodyEnded && !current.takesStream() && bodyDeadline == null) {
            bodyDeadline =
                    ctx.executor().schedule(() -> close(ctx), BODY_PAUSE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void close(ChannelHandlerContext ctx) {
        var _ = ctx.close();
    }

    private void endBodyPause() {
        Future<?> pending = bodyDeadline;
        if (pending != null) {
            pending.cancel(false);
            bodyDeadline = null;
        }
    }

    private void handle(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                begin(ctx, request);
            }
            Exchange current = exchange;
            if (message instanceof HttpContent content && current != null) {
                ByteBuf bytes = content.content();
                if (bytes.isReadable()) {
                    current.content(bytes);
                }
                if (message instanceof LastHttpContent) {
                    bodyEnded = true;
                    current.end();
                    finishIfAnswered(ctx);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        boolean malformed = request.decoderResult().isFailure() || !isReadable(request.uri());
        Answer next = new Answer(ctx, !malformed && HttpUtil.isKeepAlive(request));
        answer = next;
        bodyEnded = false;
        if (malformed) {
            refuseMalformed(next);
            return;
        }
        if (HttpUtil.is100ContinueExpected(request)) {
            send(
                    ctx,
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        RemoteIdentity identity = RemoteIdentity.of(ctx.channel());
        if (WebSocketConnection.isWanted(request) && isOfHttp1(ctx)) {
            int bytesMax = dispatcher.webSocketBytesMax(request, identity);
            if (bytesMax > 0) {
                if (!WebSocketConnection.open(ctx, dispatcher, request, bytesMax)) {
                    exchange = IgnoredBody.INSTANCE;
                    next.header("Sec-Websocket-Version", "13");
                    refuse(next, HttpResponseStatus.BAD_REQUEST, "Bad Request\n");
                }
                return;
            }
        }
        exchange = dispatcher.dispatch(request, next, ctx.executor(), identity);
    }

    private void refuseMalformed(Answer next) {
        exchange = IgnoredBody.INSTANCE;
        next.reply(
                HttpResponseStatus.BAD_REQUEST,
                HttpGateway.TEXT,
                JsonMapping.utf8("400 Bad Request"));
    }

    /** Answers with words that no browser is to take for anything else. */
    static void refuse(HttpAnswer answer, HttpResponseStatus status, String words) {
        answer.header("X-Content-Type-Options", "nosniff");
        answer.reply(status, HttpGateway.TEXT, JsonMapping.utf8(words));
    }

    /** Whether what is escaped in it can be told. */
    private static boolean isReadable(String uri) {
        try {
            QueryStringDecoder parts = new QueryStringDecoder(uri);
            return parts.path() != null && parts.parameters() != null;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** A stream of HTTP/2 is no connection that could become something else. */
    private static boolean isOfHttp1(ChannelHandlerContext ctx) {
        return ctx.pipeline().get(HttpServerCodec.class) != null;
    }

    /** Goes on to the next request once this one has been read and answered. */
    private void finishIfAnswered(ChannelHandlerContext ctx) {
        Answer current = answer;
        if (current == null || !current.answered || !bodyEnded) {
            return;
        }
        exchange = null;
        answer = null;
        if (!current.keepAlive) {
            var _ = ctx.close();
            return;
        }
        drain(ctx);
        readMore(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange current = exchange;
        if (current != null && ctx.channel().isWritable()) {
            current.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        endBodyPause();
        Exchange current = exchange;
        exchange = null;
        answer = null;
        ahead.forEach(ReferenceCountUtil::release);
        ahead.clear();
        if (current != null) {
            current.aborted();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var _ = ctx.close();
    }

    private static void send(ChannelHandlerContext ctx, Object message) {
        ChannelFuture written = ctx.writeAndFlush(message);
        written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private final class Answer implements HttpAnswer {
        private final ChannelHandlerContext ctx;
        private final boolean keepAlive;
        private final HttpHeaders headers = new DefaultHttpHeaders();
        private boolean answered;

        Answer(ChannelHandlerContext ctx, boolean keepAlive) {
            this.ctx = ctx;
            this.keepAlive = keepAlive;
        }

        @Override
        public void header(String name, String value) {
            headers.set(name, value);
        }

        @Override
        public void reply(HttpResponseStatus status, String contentType, byte[] body) {
            onLoop(
                    ctx,
                    () -> {
                        FullHttpResponse response =
                                new DefaultFullHttpResponse(
                                        HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
                        prepare(response, contentType);
                        HttpUtil.setContentLength(response, body.length);
                        send(ctx, response);
                        answered();
                    });
        }

        @Override
        public void begin(HttpResponseStatus status, String contentType) {
            onLoop(
                    ctx,
                    () -> {
                        HttpResponse response =
                                new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
                        prepare(response, contentType);
                        HttpUtil.setTransferEncodingChunked(response, true);
                        send(ctx, response);
                    });
        }

        private void prepare(HttpResponse response, String contentType) {
            response.headers().set(headers);
            if (!contentType.isEmpty()) {
                response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
            }
            if (!keepAlive) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
        }

        @Override
        public void chunk(byte[] bytes, boolean endsDocument) {
            onLoop(ctx, () -> send(ctx, new DefaultHttpContent(Unpooled.wrappedBuffer(bytes))));
        }

        @Override
        public void cutOff() {
            var _ = ctx.close();
        }

        @Override
        public void finish() {
            onLoop(
                    ctx,
                    () -> {
                        send(ctx, LastHttpContent.EMPTY_LAST_CONTENT);
                        answered();
                    });
        }

        @Override
        public boolean isWritable() {
            return ctx.channel().isWritable();
        }

        private void answered() {
            answered = true;
            finishIfAnswered(ctx);
        }
    }

    static void onLoop(ChannelHandlerContext ctx, Runnable action) {
        if (ctx.executor().inEventLoop()) {
            action.run();
        } else {
            ctx.executor().execute(action);
        }
    }

    /** Reads past a body that nobody wants. */
    enum IgnoredBody implements Exchange {
        INSTANCE;

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
}
