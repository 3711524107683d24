package dev.plinth.server.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import org.jspecify.annotations.Nullable;

/**
 * Gives each HTTP/2 frame of a connection memory of its own. The decoder behind it hands out frames
 * as slices of what was read together; with many streams a request that is not whole would keep the
 * frames of others in memory with its own, several times what {@link ReceivedBytes} charges for it.
 *
 * <p>Cost: a copy of all that comes in, and up to one frame for each connection. A frame that is
 * longer than allowed is passed on as it comes, for the decoder to refuse.
 */
final class OwnFrames extends ChannelInboundHandlerAdapter {
    private final byte[] header = new byte[Http2CodecUtil.FRAME_HEADER_LENGTH];
    private int headerBytes;
    private int prefaceBytesLeft = Http2CodecUtil.connectionPrefaceBuf().readableBytes();
    private boolean passesOn;
    private @Nullable ByteBuf frame;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (passesOn || !(message instanceof ByteBuf in)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            while (in.isReadable()) {
                ByteBuf next = next(ctx, in);
                if (next != null) {
                    ctx.fireChannelRead(next);
                }
            }
        } finally {
            in.release();
        }
    }

    /** Takes what belongs together; null when more of it has to come. */
    private @Nullable ByteBuf next(ChannelHandlerContext ctx, ByteBuf in) {
        if (prefaceBytesLeft > 0) {
            int bytes = Math.min(prefaceBytesLeft, in.readableBytes());
            prefaceBytesLeft -= bytes;
            return in.readBytes(bytes);
        }
        if (passesOn) {
            return in.readBytes(in.readableBytes());
        }
        ByteBuf filling = frame;
        if (filling == null) {
            filling = begin(ctx, in);
            if (filling == null || passesOn) {
                return filling;
            }
        }
        filling.writeBytes(in, Math.min(filling.writableBytes(), in.readableBytes()));
        frame = filling.isWritable() ? filling : null;
        return frame == null ? filling : null;
    }

    private @Nullable ByteBuf begin(ChannelHandlerContext ctx, ByteBuf in) {
        int bytes = Math.min(header.length - headerBytes, in.readableBytes());
        in.readBytes(header, headerBytes, bytes);
        headerBytes += bytes;
        if (headerBytes < header.length) {
            return null;
        }
        headerBytes = 0;
        int length =
                Byte.toUnsignedInt(header[0]) << 16
                        | Byte.toUnsignedInt(header[1]) << 8
                        | Byte.toUnsignedInt(header[2]);
        passesOn = length > Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE;
        int size = passesOn ? header.length : header.length + length;
        return ctx.alloc().directBuffer(size, size).writeBytes(header);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf filling = frame;
        if (filling != null) {
            frame = null;
            filling.release();
        }
    }
}
