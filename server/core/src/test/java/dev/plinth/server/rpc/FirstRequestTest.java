package dev.plinth.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.rpc.FirstRequest.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FirstRequestTest {
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int PRIORITY = 32;

    private static ByteBuf block(String contentType) throws Exception {
        Http2Headers headers =
                new DefaultHttp2Headers()
                        .method("POST")
                        .path("/etcdserverpb.KV/Range")
                        .scheme("https")
                        .add("content-type", contentType);
        ByteBuf block = Unpooled.buffer();
        new DefaultHttp2HeadersEncoder().encodeHeaders(1, headers, block);
        return block;
    }

    private static ByteBuf connection() {
        ByteBuf bytes = Unpooled.buffer().writeBytes(Http2CodecUtil.connectionPrefaceBuf());
        return frame(bytes, SETTINGS, 0, Unpooled.EMPTY_BUFFER);
    }

    private static ByteBuf frame(ByteBuf to, int type, int flags, ByteBuf content) {
        return to.writeMedium(content.readableBytes())
                .writeByte(type)
                .writeByte(flags)
                .writeInt(type == SETTINGS ? 0 : 1)
                .writeBytes(content);
    }

    @Test
    void theContentTypeOfTheFirstRequestDecides() throws Exception {
        assertThat(FirstRequest.kind(connection())).isEqualTo(Kind.UNDECIDED);
        assertThat(
                        FirstRequest.kind(
                                frame(
                                        connection(),
                                        HEADERS,
                                        END_HEADERS,
                                        block("application/grpc+proto"))))
                .isEqualTo(Kind.GRPC);
        assertThat(
                        FirstRequest.kind(
                                frame(
                                        connection(),
                                        HEADERS,
                                        END_HEADERS,
                                        block("application/json"))))
                .isEqualTo(Kind.HTTP);
    }

    @Test
    void headersMayBePaddedAndGoOn() throws Exception {
        ByteBuf block = block("application/grpc");
        ByteBuf first =
                Unpooled.buffer()
                        .writeByte(3)
                        .writeInt(0)
                        .writeByte(16)
                        .writeBytes(block, 10)
                        .writeZero(3);
        ByteBuf whole = frame(connection(), HEADERS, PADDED | PRIORITY, first);
        assertThat(FirstRequest.kind(whole)).isEqualTo(Kind.UNDECIDED);
        frame(whole, CONTINUATION, END_HEADERS, block);
        assertThat(FirstRequest.kind(whole)).isEqualTo(Kind.GRPC);
    }

    @Test
    void everyBeginningOfARequestIsUndecided() throws Exception {
        ByteBuf whole = frame(connection(), HEADERS, END_HEADERS, block("text/plain"));
        for (int length = 24; length < whole.readableBytes(); length++) {
            assertThat(FirstRequest.kind(whole.slice(0, length))).isEqualTo(Kind.UNDECIDED);
        }
    }

    /** Whatever comes: a verdict, and nothing kept waiting for ever. */
    @Test
    void nonsenseIsLeftToGrpc() throws Exception {
        Random random = new Random(1);
        ByteBuf valid = frame(connection(), HEADERS, END_HEADERS, block("text/plain"));
        for (int i = 0; i < 20_000; i++) {
            ByteBuf damaged = valid.copy();
            for (int k = 0; k <= random.nextInt(3); k++) {
                damaged.setByte(
                        24 + random.nextInt(damaged.readableBytes() - 24), random.nextInt());
            }
            assertThat(FirstRequest.kind(damaged)).isNotNull();
        }
        ByteBuf flood = connection();
        while (flood.readableBytes() <= 64 << 10) {
            frame(flood, SETTINGS, 0, Unpooled.EMPTY_BUFFER);
        }
        assertThat(FirstRequest.kind(flood)).isEqualTo(Kind.GRPC);
        assertThat(FirstRequest.kind(frame(connection(), HEADERS, 0, block("text/plain"))))
                .isEqualTo(Kind.UNDECIDED);
    }
}
