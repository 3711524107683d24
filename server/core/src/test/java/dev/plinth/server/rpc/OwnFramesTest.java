package dev.plinth.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnFramesTest {
    private static final int HEADER = Http2CodecUtil.FRAME_HEADER_LENGTH;

    private final EmbeddedChannel channel = new EmbeddedChannel(new OwnFrames());
    private final ByteBuf sent = Unpooled.buffer();

    private static byte[] frame(int length, Random random) {
        ByteBuf frame = Unpooled.buffer();
        byte[] content = new byte[length];
        random.nextBytes(content);
        frame.writeMedium(length).writeByte(0).writeByte(0).writeInt(1).writeBytes(content);
        return ByteBufUtil.getBytes(frame);
    }

    private List<byte[]> received() {
        List<byte[]> received = new ArrayList<>();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            assertThat(next.capacity()).isEqualTo(next.readableBytes());
            received.add(ByteBufUtil.getBytes(next));
            assertThat(next.release()).as("memory of its own").isTrue();
        }
        return received;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void framesComeAloneHoweverTheBytesAreCut(long seed) {
        Random random = new Random(seed);
        sent.writeBytes(Http2CodecUtil.connectionPrefaceBuf());
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int max = random.nextInt(4) == 0 ? Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE : 20;
            byte[] frame = frame(random.nextInt(max + 1), random);
            frames.add(frame);
            sent.writeBytes(frame);
        }
        List<byte[]> received = new ArrayList<>();
        while (sent.isReadable()) {
            int bytes = 1 + random.nextInt(random.nextBoolean() ? 12 : 60_000);
            ByteBuf piece = sent.readBytes(Math.min(bytes, sent.readableBytes()));
            channel.writeInbound(piece);
            assertThat(piece.refCnt()).isZero();
            received.addAll(received());
        }
        int preface = 0;
        while (preface < Http2CodecUtil.connectionPrefaceBuf().readableBytes()) {
            preface += received.removeFirst().length;
        }
        assertThat(received).hasSameSizeAs(frames);
        for (int i = 0; i < frames.size(); i++) {
            assertThat(received.get(i)).isEqualTo(frames.get(i));
        }
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void aFrameThatIsTooLongIsPassedOnAsItComes() {
        sent.writeBytes(Http2CodecUtil.connectionPrefaceBuf());
        sent.writeMedium(Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE + 1).writeZero(HEADER);
        byte[] all = ByteBufUtil.getBytes(sent);
        channel.writeInbound(sent);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
        ByteBuf received = Unpooled.buffer();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            received.writeBytes(next);
            next.release();
        }
        assertThat(ByteBufUtil.getBytes(received))
                .startsWith(all)
                .endsWith(1, 2, 3)
                .hasSize(all.length + 3);
    }

    @Test
    void whatIsNotWholeAtTheEndIsLetGo() {
        channel.writeInbound(Http2CodecUtil.connectionPrefaceBuf());
        ByteBuf half = Unpooled.buffer().writeMedium(100).writeZero(50);
        channel.writeInbound(half);
        assertThat(received()).hasSize(1);
        channel.pipeline().removeFirst();
        assertThat(half.refCnt()).isZero();
        assertThat(channel.finish()).isFalse();
    }
}
