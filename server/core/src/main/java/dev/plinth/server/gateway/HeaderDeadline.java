package dev.plinth.server.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection over HTTP/1.1 whose client has begun a request and does not come to the end
 * of its headers in time. Between requests a connection may be quiet for as long as the client
 * likes.
 *
 * <p>Stands before the decoder and is told what that has made of the bytes. A timer is set only
 * when a request does not come in one piece. Belongs to the event loop.
 */
final class HeaderDeadline extends ChannelInboundHandlerAdapter {
    private enum Awaited {
        REQUEST,
        END_OF_HEADERS,
        END_OF_BODY
    }

    private final long seconds;
    private Awaited awaited = Awaited.REQUEST;
    private @Nullable Future<?> timer;

    HeaderDeadline(long seconds) {
        this.seconds = seconds;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        if (awaited == Awaited.REQUEST) {
            awaited = Awaited.END_OF_HEADERS;
        }
        ctx.fireChannelRead(bytes);
        if (awaited == Awaited.END_OF_HEADERS && timer == null) {
            timer = ctx.executor().schedule(() -> close(ctx), seconds, TimeUnit.SECONDS);
        }
    }

    private static void close(ChannelHandlerContext ctx) {
        var _ = ctx.close();
    }

    /** What the decoder has read. */
    void decoded(Object message) {
        if (message instanceof HttpRequest) {
            awaited = Awaited.END_OF_BODY;
            cancel();
        }
        if (message instanceof LastHttpContent) {
            awaited = Awaited.REQUEST;
        }
    }

    private void cancel() {
        Future<?> pending = timer;
        if (pending != null) {
            pending.cancel(false);
            timer = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancel();
        ctx.fireChannelInactive();
    }
}
