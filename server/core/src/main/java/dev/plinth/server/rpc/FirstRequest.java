package dev.plinth.server.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Tells by the first request of an HTTP/2 connection what it is for: connections are of one kind in
 * practice. Reads ahead without taking anything, so that whoever serves the connection sees all of
 * it.
 *
 * <pre>
 *  preface 24 | frame: length 3, type 1, flags 1, stream 4, content | ... | HEADERS [CONTINUATION]
 * </pre>
 */
final class FirstRequest {
    /** What a connection is for. */
    enum Kind {
        UNDECIDED,
        GRPC,
        HTTP
    }

    private static final int LOOKED_AT_MAX = 64 << 10;
    private static final int HEADER_BYTES = Http2CodecUtil.FRAME_HEADER_LENGTH;
    private static final int STREAM_ID_BYTES = 4;

    private FirstRequest() {}

    /** Looks at all that has come so far. What is malformed is left to gRPC to refuse. */
    static Kind kind(ByteBuf in) {
        int preface = Http2CodecUtil.connectionPrefaceBuf().readableBytes();
        int end = in.writerIndex();
        int at = in.readerIndex() + preface;
        while (at + HEADER_BYTES <= end) {
            int length = in.getUnsignedMedium(at);
            int type = in.getUnsignedByte(at + 3);
            if (length > Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE) {
                return Kind.GRPC;
            }
            if (type == Http2FrameTypes.HEADERS) {
                return ofHeaders(in, at, end);
            }
            at += HEADER_BYTES + length;
        }
        return orTooLong(in);
    }

    private static Kind orTooLong(ByteBuf in) {
        return in.readableBytes() > LOOKED_AT_MAX ? Kind.GRPC : Kind.UNDECIDED;
    }

    /** Collects the block of headers, which may go on in further frames. */
    private static Kind ofHeaders(ByteBuf in, int first, int end) {
        ByteBuf block = Unpooled.buffer();
        int at = first;
        while (at + HEADER_BYTES <= end) {
            int length = in.getUnsignedMedium(at);
            int type = in.getUnsignedByte(at + 3);
            Http2Flags flags = new Http2Flags(in.getUnsignedByte(at + 4));
            int content = at + HEADER_BYTES;
            if (length > Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE
                    || type
                            != (at == first
                                    ? Http2FrameTypes.HEADERS
                                    : Http2FrameTypes.CONTINUATION)) {
                return Kind.GRPC;
            }
            if (content + length > end) {
                return orTooLong(in);
            }
            int padding = 0;
            int skipped = 0;
            if (at == first) {
                if (flags.paddingPresent()) {
                    if (length == 0) {
                        return Kind.GRPC;
                    }
                    padding = in.getUnsignedByte(content);
                    skipped = 1;
                }
                skipped += flags.priorityPresent() ? STREAM_ID_BYTES + 1 : 0;
            }
            if (skipped + padding > length) {
                return Kind.GRPC;
            }
            block.writeBytes(in, content + skipped, length - skipped - padding);
            if (flags.endOfHeaders()) {
                return ofBlock(block);
            }
            at = content + length;
        }
        return orTooLong(in);
    }

    private static Kind ofBlock(ByteBuf block) {
        try {
            Http2Headers headers = new DefaultHttp2HeadersDecoder(false).decodeHeaders(1, block);
            CharSequence type = headers.get("content-type");
            return type != null && type.toString().contains("application/grpc")
                    ? Kind.GRPC
                    : Kind.HTTP;
        } catch (Http2Exception _) {
            return Kind.GRPC;
        }
    }
}
