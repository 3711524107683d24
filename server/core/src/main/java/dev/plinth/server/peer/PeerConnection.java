package dev.plinth.server.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection: hands each request to its endpoint and the body to whom the endpoint
 * says. A connection on which nothing arrives for five seconds is closed, unless this member owes
 * an answer or writes a stream on it. The event loop's.
 */
final class PeerConnection extends ChannelInboundHandlerAdapter {
    private final PeerRouter router;
    private @Nullable RequestBody body;
    private boolean isAnswerOwed;

    PeerConnection(PeerRouter router) {
        this.router = router;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object part) throws IOException {
        try {
            if (part instanceof HttpObject object && object.decoderResult().isFailure()) {
                throw new IOException("malformed request", object.decoderResult().cause());
            }
            if (part instanceof HttpRequest request) {
                begin(context, request);
            }
            RequestBody open = body;
            if (part instanceof HttpContent content && open != null) {
                open.content(content.content());
                if (part instanceof LastHttpContent) {
                    body = null;
                    open.end();
                }
            }
        } finally {
            ReferenceCountUtil.release(part);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        if (HttpUtil.is100ContinueExpected(request)) {
            var _ = context.writeAndFlush(PeerRouter.continueResponse());
        }
        isAnswerOwed = true;
        body = router.route(new PeerExchange(context, request, () -> isAnswerOwed = false));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof IdleStateEvent) {
            boolean isBodyStalled = body != null;
            if (isBodyStalled || !isAnswerOwed) {
                var _ = context.close();
            }
            return;
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        RequestBody open = body;
        body = null;
        if (open != null) {
            open.aborted();
        }
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        router.log()
                .debug(
                        "closed connection of a peer",
                        "remote-address",
                        String.valueOf(context.channel().remoteAddress()),
                        "error",
                        String.valueOf(cause));
        var _ = context.close();
    }
}
