package dev.plinth.server.rpc;

import dev.plinth.server.rpc.FirstRequest.Kind;
import dev.plinth.server.tls.RemoteIdentity;
import dev.plinth.server.tls.ServerTls;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Chooses between gRPC, HTTP/1.1 and other HTTP/2 by the first bytes of a connection.
 *
 * <p>Clients of all speak first. As soon as a byte differs from the HTTP/2 preface the connection
 * is HTTP/1.1. In the clear HTTP/2 is gRPC's after three equal bytes (no HTTP/1.1 method begins
 * with {@code PRI}), as in etcd. Under TLS browsers and probes choose HTTP/2 as well, so there the
 * first request decides. Clients of gRPC wait for the server's settings before they send one: empty
 * settings are sent first, and those of who serves the connection follow. A connection that sends
 * no request for a second is gRPC's, whose clients connect ahead of use.
 *
 * <p>A connection that says nothing is closed after the time that a header may take.
 */
final class ProtocolSniffer implements ProtocolNegotiator {
    private static final long FIRST_BYTES_MINUTES = 5;
    private static final long FIRST_REQUEST_SECONDS = 1;
    private static final int DECIDING_BYTES = 3;

    private final ProtocolNegotiator grpc = InternalProtocolNegotiators.serverPlaintext();
    private final @Nullable PlainHttp plainHttp;
    private final @Nullable ServerTls tls;
    private final boolean ownFrames;

    /**
     * @param ownFrames whether each frame of gRPC has memory of its own, see {@link OwnFrames}
     */
    ProtocolSniffer(@Nullable PlainHttp plainHttp, @Nullable ServerTls tls, boolean ownFrames) {
        this.ownFrames = ownFrames;
        this.plainHttp = plainHttp;
        this.tls = tls;
    }

    @Override
    public AsciiString scheme() {
        return tls == null ? grpc.scheme() : AsciiString.cached("https");
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
        private boolean hasSentSettings;
        private boolean isOverdue;

        FirstBytes(GrpcHttp2ConnectionHandler grpcHandler) {
            this.grpcHandler = grpcHandler;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
            if (tls != null) {
                tls.secureBefore(ctx.name(), ctx.channel());
            }
            deadline =
                    ctx.executor()
                            .schedule(
                                    () -> closeSilent(ctx), FIRST_BYTES_MINUTES, TimeUnit.MINUTES);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            events.add(event);
        }

        private void closeSilent(ChannelHandlerContext ctx) {
            var _ = ctx.close();
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
            try {
                boolean looksFurther = tls != null && plainHttp != null;
                int deciding = looksFurther ? preface.readableBytes() : DECIDING_BYTES;
                int known = Math.min(in.readableBytes(), deciding);
                for (int i = 0; i < known; i++) {
                    if (in.getByte(in.readerIndex() + i) != preface.getByte(i)) {
                        become(ctx, Kind.HTTP, false);
                        return;
                    }
                }
                if (known == deciding) {
                    become(ctx, looksFurther ? firstRequest(ctx, in) : Kind.GRPC, true);
                }
            } finally {
                preface.release();
            }
        }

        private Kind firstRequest(ChannelHandlerContext ctx, ByteBuf in) {
            if (!hasSentSettings) {
                hasSentSettings = true;
                sendEmptySettings(ctx);
                var _ =
                        ctx.executor()
                                .schedule(
                                        () -> waitNoLonger(ctx),
                                        FIRST_REQUEST_SECONDS,
                                        TimeUnit.SECONDS);
            }
            Kind kind = FirstRequest.kind(in);
            return kind == Kind.UNDECIDED && isOverdue ? Kind.GRPC : kind;
        }

        private static void sendEmptySettings(ChannelHandlerContext ctx) {
            ByteBuf frame = ctx.alloc().buffer(Http2CodecUtil.FRAME_HEADER_LENGTH);
            frame.writeMedium(0).writeByte(Http2FrameTypes.SETTINGS).writeByte(0).writeInt(0);
            var _ = ctx.writeAndFlush(frame);
        }

        private void waitNoLonger(ChannelHandlerContext ctx) {
            if (!ctx.isRemoved()) {
                isOverdue = true;
                become(ctx, Kind.GRPC, true);
            }
        }

        private void become(ChannelHandlerContext ctx, Kind kind, boolean isHttp2) {
            switch (kind) {
                case UNDECIDED -> {}
                case GRPC -> becomeGrpc(ctx);
                case HTTP -> becomeHttp(ctx, isHttp2);
            }
        }

        /** The handler that follows waits for the events that this one has held back. */
        private void becomeGrpc(ChannelHandlerContext ctx) {
            ctx.pipeline().addAfter(ctx.name(), null, grpc.newHandler(grpcHandler));
            if (ownFrames) {
                ctx.pipeline().addAfter(ctx.name(), null, new OwnFrames());
            }
            for (Object event : events) {
                ctx.fireUserEventTriggered(
                        event instanceof ProtocolNegotiationEvent negotiated
                                ? introduced(ctx, negotiated)
                                : event);
            }
            ctx.pipeline().remove(this);
        }

        /** Makes the calls of the connection know it, and who is at its other end. */
        private ProtocolNegotiationEvent introduced(
                ChannelHandlerContext ctx, ProtocolNegotiationEvent event) {
            ProtocolNegotiationEvent known = FrameFlush.withConnection(event, grpcHandler);
            RemoteIdentity identity = RemoteIdentity.of(ctx.channel());
            if (identity == null) {
                return known;
            }
            Attributes attributes =
                    CertificateUser.remember(
                            ctx.channel(), InternalProtocolNegotiationEvent.getAttributes(known));
            return InternalProtocolNegotiationEvent.withAttributes(
                    known,
                    attributes.toBuilder()
                            .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, identity.session())
                            .build());
        }

        /** gRPC's handlers behind this one are taken out: they would hold back what is written. */
        private void becomeHttp(ChannelHandlerContext ctx, boolean isHttp2) {
            ChannelPipeline pipeline = ctx.pipeline();
            if (plainHttp == null) {
                var _ = ctx.close();
                return;
            }
            while (pipeline.last() != this) {
                pipeline.removeLast();
            }
            if (isHttp2) {
                plainHttp.serveHttp2(pipeline);
            } else {
                plainHttp.serve(pipeline);
            }
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
