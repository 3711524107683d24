package dev.plinth.server.bench;

import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.WatchResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;

/**
 * Counts what one stream of watches says, in the bytes of its frames: nothing is decoded, and a
 * message is copied only if it lies in two frames. A generator that cost as much as the server
 * would measure itself.
 */
final class WatchEventCounter extends SimpleChannelInboundHandler<Http2StreamFrame> {
    /** In front of each message: one byte that says whether it is compressed, and its length. */
    private static final int PREFIX_BYTES = 5;

    /** Is told what each frame held. */
    interface Tally {
        /** So many watches were confirmed, and so many events came. */
        void add(int created, int events);

        /** No more will come. */
        void failed(Throwable cause);
    }

    private final Tally tally;

    /** The begin of a message whose rest is still to come. */
    private final ByteBuf begun = Unpooled.buffer();

    private int created;
    private int events;

    WatchEventCounter(Tally tally) {
        this.tally = tally;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
        if (frame instanceof Http2DataFrame data) {
            frame(data.content());
        } else if (frame instanceof Http2HeadersFrame headers && headers.isEndStream()) {
            tally.failed(new CorruptedFrameException("the stream ended: " + headers.headers()));
        }
    }

    private void frame(ByteBuf content) {
        created = 0;
        events = 0;
        if (begun.isReadable()) {
            begun.writeBytes(content);
            messages(begun);
            begun.discardReadBytes();
        } else {
            messages(content);
            begun.clear().writeBytes(content);
        }
        tally.add(created, events);
    }

    private void messages(ByteBuf in) {
        while (in.readableBytes() >= PREFIX_BYTES) {
            int length = in.getInt(in.readerIndex() + 1);
            if (length < 0 || length > in.readableBytes() - PREFIX_BYTES) {
                return;
            }
            in.skipBytes(PREFIX_BYTES);
            message(in, in.readerIndex() + length);
        }
    }

    private void message(ByteBuf in, int end) {
        while (in.readerIndex() < end) {
            int tag = varint(in);
            switch (WireFormat.getTagFieldNumber(tag)) {
                case WatchResponse.CREATED_FIELD_NUMBER -> created += varint(in);
                case WatchResponse.EVENTS_FIELD_NUMBER -> {
                    events++;
                    in.skipBytes(varint(in));
                }
                default -> skip(in, WireFormat.getTagWireType(tag));
            }
        }
    }

    private static void skip(ByteBuf in, int wireType) {
        switch (wireType) {
            case WireFormat.WIRETYPE_VARINT -> varint(in);
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.skipBytes(varint(in));
            default -> throw new CorruptedFrameException("wire type " + wireType);
        }
    }

    /** The low 32 bits of a varint, which is all that lengths and flags have. */
    private static int varint(ByteBuf in) {
        int value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte each = in.readByte();
            value |= shift < Integer.SIZE ? (each & 0x7f) << shift : 0;
            if (each >= 0) {
                return value;
            }
        }
        throw new CorruptedFrameException("varint of more than ten bytes");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        tally.failed(cause);
    }
}
