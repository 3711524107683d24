package dev.plinth.server.gateway;

import dev.plinth.server.tls.RemoteIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One call of the JSON gateway over a web socket, for browsers, which cannot send a stream of
 * requests otherwise: each message is a document of the request, each document of the answer is a
 * text message, and the connection is closed when the call has ended. As etcd does it: the call is
 * a POST whatever the method of the request for the socket was, and a token may come as the
 * sub-protocol {@code Bearer, TOKEN}, since a browser can set no other header.
 *
 * <p>Frames are read one at a time. All state belongs to the event loop.
 */
final class WebSocketConnection extends ChannelInboundHandlerAdapter implements HttpAnswer {
    private static final String TOKEN_PROTOCOL = "Bearer";
    private static final String VERSION = "13";

    private final HttpConnection.Dispatcher dispatcher;
    private final HttpRequest request;
    private final WebSocketServerHandshaker handshaker;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private boolean hasEnded;
    private boolean isOver;
    private boolean isWithinDocument;

    private WebSocketConnection(
            HttpConnection.Dispatcher dispatcher,
            HttpRequest request,
            WebSocketServerHandshaker handshaker) {
        this.dispatcher = dispatcher;
        this.request = request;
        this.handshaker = handshaker;
    }

    /** Whether a request wants a socket instead of an answer. */
    static boolean isWanted(HttpRequest request) {
        return request.headers()
                        .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && request.headers()
                        .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    /**
     * Takes the place of the handler that has read the request.
     *
     * @param messageBytesMax largest frame that is read
     * @return false when the request is not as it has to be; nothing has changed then
     */
    static boolean open(
            ChannelHandlerContext before,
            HttpConnection.Dispatcher dispatcher,
            HttpRequest request,
            int messageBytesMax) {
        HttpHeaders headers = request.headers();
        if (!request.method().equals(HttpMethod.GET)
                || !VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
                || headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY) == null) {
            return false;
        }
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory("", TOKEN_PROTOCOL, false, messageBytesMax)
                        .newHandshaker(request);
        WebSocketConnection connection =
                new WebSocketConnection(dispatcher, asCall(request), handshaker);
        FullHttpRequest whole =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.GET,
                        request.uri(),
                        Unpooled.EMPTY_BUFFER,
                        headers,
                        EmptyHttpHeaders.INSTANCE);
        before.pipeline().replace(before.handler(), null, connection);
        handshaker
                .handshake(before.channel(), whole)
                .addListener(written -> {
                    if (written.isSuccess()) {
                        connection.begin();
                    } else {
                        var _ = before.channel().close();
                    }
                });
        return true;
    }

    private static HttpRequest asCall(HttpRequest request) {
        HttpHeaders headers = request.headers().copy();
        String protocols = headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        if (protocols != null && protocols.startsWith(TOKEN_PROTOCOL + ",")) {
            headers.set(
                    HttpHeaderNames.AUTHORIZATION,
                    TOKEN_PROTOCOL
                            + " "
                            + protocols.substring(TOKEN_PROTOCOL.length() + 1).strip());
        }
        return new DefaultHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, request.uri(), headers);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = context;
        if (present == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return present;
    }

    private void begin() {
        ChannelHandlerContext ctx = context();
        exchange =
                dispatcher.dispatch(
                        request, this, ctx.executor(), RemoteIdentity.of(ctx.channel()));
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            switch (message) {
                case TextWebSocketFrame frame -> document(frame.content());
                case BinaryWebSocketFrame frame -> document(frame.content());
                case ContinuationWebSocketFrame frame -> document(frame.content());
                case PingWebSocketFrame frame -> {
                    var _ = ctx.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
                }
                case CloseWebSocketFrame frame -> {
                    isOver = true;
                    var _ = handshaker.close(ctx, frame.retain());
                }
                default -> {} // The end of the request, or an unasked pong.
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void document(ByteBuf bytes) {
        Exchange current = exchange;
        if (current == null || isOver) {
            return;
        }
        current.content(bytes);
        if (!hasEnded && !current.wantsMore()) {
            hasEnded = true;
            current.end();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.read();
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
        Exchange current = exchange;
        exchange = null;
        isOver = true;
        if (current != null) {
            current.aborted();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var _ = ctx.close();
    }

    @Override
    public void reply(HttpResponseStatus status, String contentType, byte[] body) {
        chunk(body, true);
        finish();
    }

    /** The answer has begun with the handshake. */
    @Override
    public void begin(HttpResponseStatus status, String contentType) {}

    /**
     * A document, without the end of its line, is a message; its parts are the message's frames.
     */
    @Override
    public void chunk(byte[] bytes, boolean endsDocument) {
        int length = bytes.length;
        while (endsDocument && length > 0 && bytes[length - 1] == '\n') {
            length--;
        }
        ByteBuf text = Unpooled.wrappedBuffer(bytes, 0, length);
        HttpConnection.onLoop(
                context(),
                () -> {
                    if (isOver) {
                        text.release();
                        return;
                    }
                    context()
                            .writeAndFlush(
                                    isWithinDocument
                                            ? new ContinuationWebSocketFrame(endsDocument, 0, text)
                                            : new TextWebSocketFrame(endsDocument, 0, text))
                            .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                    isWithinDocument = !endsDocument;
                });
    }

    @Override
    public void cutOff() {
        isOver = true;
        var _ = context().close();
    }

    @Override
    public void finish() {
        HttpConnection.onLoop(
                context(),
                () -> {
                    if (!isOver) {
                        isOver = true;
                        context()
                                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                                .addListener(ChannelFutureListener.CLOSE);
                    }
                });
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    /** All headers have been sent with the handshake. */
    @Override
    public void header(String name, String value) {}
}
