package dev.plinth.server.rpc;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Chooses between gRPC and HTTP/1.1 by the first bytes of a connection.
 *
 * <p>Clients of both speak first, so nothing is sent before. As soon as a byte differs from the
 * HTTP/2 preface the connection is HTTP/1.1; after three equal bytes (no HTTP/1.1 method begins
 * with {@code PRI}) it is gRPC's. A connection that says nothing is closed after the time that a
 * header may take.
 */
final class ProtocolSniffer implements ProtocolNegotiator {
    private static final long FIRST_BYTES_MINUTES = 5;
    private static final int DECIDING_BYTES = 3;

    private final ProtocolNegotiator grpc = InternalProtocolNegotiators.serverPlaintext();
    private final @Nullable PlainHttp plainHttp;

    ProtocolSniffer(@Nullable PlainHttp plainHttp) {
        this.plainHttp = plainHttp;
    }

    @Override
    public AsciiString scheme() {
        return grpc.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
        return new FirstBytes(grpcHandler);
    }

    @Override
    public void close() {
        grpc.close();
    }

    private final class FirstBytes extends ByteToMessageDecoder {
        private final GrpcHttp2ConnectionHandler grpcHandler;
        private final List<Object> events = new ArrayList<>();
        private @Nullable Future<?> deadline;

        FirstBytes(GrpcHttp2ConnectionHandler grpcHandler) {
            this.grpcHandler = grpcHandler;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            deadline =
                    ctx.executor()
                            .schedule(
                                    () -> closeSilent(ctx), FIRST_BYTES_MINUTES, TimeUnit.MINUTES);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            events.add(
                    event instanceof ProtocolNegotiationEvent negotiated
                            ? FrameFlush.withConnection(negotiated, grpcHandler)
                            : event);
        }

        private void closeSilent(ChannelHandlerContext ctx) {
            var _ = ctx.close();
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
            try {
                int known = Math.min(in.readableBytes(), DECIDING_BYTES);
                for (int i = 0; i < known; i++) {
                    if (in.getByte(in.readerIndex() + i) != preface.getByte(i)) {
                        becomeHttp1(ctx);
                        return;
                    }
                }
                if (known == DECIDING_BYTES) {
                    becomeGrpc(ctx);
                }
            } finally {
                preface.release();
            }
        }

        /** The handler that follows waits for the events that this one has held back. */
        private void becomeGrpc(ChannelHandlerContext ctx) {
            ctx.pipeline().addAfter(ctx.name(), null, grpc.newHandler(grpcHandler));
            events.forEach(ctx::fireUserEventTriggered);
            ctx.pipeline().remove(this);
        }

        /** gRPC's handlers behind this one are taken out: they would hold back what is written. */
        private void becomeHttp1(ChannelHandlerContext ctx) {
            ChannelPipeline pipeline = ctx.pipeline();
            if (plainHttp == null) {
                var _ = ctx.close();
                return;
            }
            while (pipeline.last() != this) {
                pipeline.removeLast();
            }
            plainHttp.serve(pipeline);
            pipeline.remove(this);
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext ctx) {
            Future<?> pending = deadline;
            if (pending != null) {
                pending.cancel(false);
            }
        }
    }
}
