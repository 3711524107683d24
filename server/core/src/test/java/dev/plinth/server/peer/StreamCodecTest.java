package dev.plinth.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.plinth.raft.Entry;
import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.WireForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The streams that members of etcd 3.5.30 wrote to each other decode to what another decoder made
 * of them, and encode again to the same bytes in the form of 3.5, to the same kinds of frames and
 * counters in that of 3.7.
 */
class StreamCodecTest {
    static Stream<RecordedStream> streams() {
        return Stream.of(
                        "stream-message-m1-to-m2",
                        "stream-message-m1-to-m3",
                        "stream-message-m2-to-m1",
                        "stream-msgapp-m1-to-m3",
                        "stream-msgapp-m2-to-m1",
                        "join-message-short",
                        "join-msgapp-short",
                        "join-stream-message",
                        "join-stream-message-from-learner",
                        "join-stream-msgapp")
                .map(name -> {
                    try {
                        return RecordedStream.load(name);
                    } catch (IOException e) {
                        throw new AssertionError(name, e);
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("streams")
    void decodesAsRecorded(RecordedStream stream) throws IOException {
        List<Message> messages = decode(stream, stream.pieces());
        List<JsonObject> expected =
                stream.frames().stream().filter(frame -> !isHeartbeat(frame)).toList();
        assertThat(messages).hasSize(expected.size());
        for (int i = 0; i < messages.size(); i++) {
            JsonObject frame = expected.get(i);
            if (frame.has("message")) {
                assertMessage(messages.get(i), frame.getAsJsonObject("message"));
            } else {
                assertFollowing(messages.get(i), frame);
            }
        }
    }

    private static boolean isHeartbeat(JsonObject frame) {
        return frame.get("frame").getAsString().endsWith("link-heartbeat");
    }

    private static void assertMessage(Message message, JsonObject expected) {
        assertThat(message.type().toString()).isEqualTo(expected.get("type").getAsString());
        assertThat(Long.toHexString(message.from())).isEqualTo(expected.get("from").getAsString());
        assertThat(Long.toHexString(message.to())).isEqualTo(expected.get("to").getAsString());
        assertThat(message.term()).isEqualTo(expected.get("term").getAsLong());
        assertThat(message.logTerm()).isEqualTo(expected.get("logTerm").getAsLong());
        assertThat(message.index()).isEqualTo(expected.get("index").getAsLong());
        assertThat(message.commit()).isEqualTo(expected.get("commit").getAsLong());
        assertThat(message.reject()).isEqualTo(expected.get("reject").getAsBoolean());
        assertThat(message.rejectHint()).isEqualTo(expected.get("rejectHint").getAsLong());
        assertEntries(message, expected);
    }

    private static void assertFollowing(Message message, JsonObject frame) {
        JsonObject implied = frame.getAsJsonObject("implied");
        assertThat(message.type()).isEqualTo(MessageType.APP);
        assertThat(message.term()).isEqualTo(implied.get("term").getAsLong());
        assertThat(message.logTerm()).isEqualTo(implied.get("logTerm").getAsLong());
        assertThat(message.index()).isEqualTo(implied.get("index").getAsLong());
        assertThat(message.commit()).isEqualTo(frame.get("commit").getAsLong());
        assertEntries(message, frame);
    }

    private static void assertEntries(Message message, JsonObject expected) {
        var entries =
                expected.has("entries")
                        ? expected.getAsJsonArray("entries").asList()
                        : List.<com.google.gson.JsonElement>of();
        assertThat(message.entries()).hasSize(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            JsonObject entry = entries.get(i).getAsJsonObject();
            Entry decoded = message.entries().get(i);
            assertThat(decoded.index()).isEqualTo(entry.get("Index").getAsLong());
            assertThat(decoded.term()).isEqualTo(entry.get("Term").getAsLong());
            assertThat(decoded.dataLength()).isEqualTo(entry.get("data_len").getAsInt());
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void decodesAlikeHoweverItArrives(RecordedStream stream) throws IOException {
        List<String> whole = texts(decode(stream, List.of(stream.bytes())));
        Random random = new Random(1);
        List<byte[]> pieces = new ArrayList<>();
        byte[] all = stream.bytes();
        for (int at = 0; at < all.length; ) {
            int length =
                    Math.min(all.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 9000));
            pieces.add(java.util.Arrays.copyOfRange(all, at, at + length));
            at += length;
        }
        assertThat(texts(decode(stream, pieces))).isEqualTo(whole);
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(Message::toString).toList();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void encodesToTheSameBytesInTheFormOf35(RecordedStream stream) throws IOException {
        StreamEncoder encoder = kind(stream).newEncoder(WireForm.V3_5);
        assertThat(encodeAsRecorded(stream, encoder)).isEqualTo(stream.bytes());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void encodesToTheSameFramesInTheFormOf37(RecordedStream stream) throws IOException {
        StreamEncoder encoder = kind(stream).newEncoder(WireForm.V3_7);
        byte[] encoded = encodeAsRecorded(stream, encoder);
        // Decoded again, counters included: frames of kind 1 carry neither term nor index.
        assertThat(texts(decode(stream, List.of(encoded))))
                .isEqualTo(texts(decode(stream, stream.pieces())));
        assertThat(kinds(stream, encoded)).isEqualTo(kinds(stream, stream.bytes()));
    }

    /** Encodes the recorded messages, with link heartbeats where they were. */
    private static byte[] encodeAsRecorded(RecordedStream stream, StreamEncoder encoder)
            throws IOException {
        ByteBuf out = Unpooled.buffer();
        var messages = decode(stream, stream.pieces()).iterator();
        for (JsonObject frame : stream.frames()) {
            if (isHeartbeat(frame)) {
                encoder.encodeLinkHeartbeat(out);
            } else {
                encoder.encode(messages.next(), out);
            }
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /** The kind of each frame of an append stream; of a message stream nothing. */
    private static List<Integer> kinds(RecordedStream stream, byte[] encoded) {
        List<Integer> kinds = new ArrayList<>();
        ByteBuf in = Unpooled.wrappedBuffer(encoded);
        while (stream.isOfAppends() && in.isReadable()) {
            int kind = in.readByte();
            kinds.add(kind);
            if (kind == AppendEncoder.WHOLE) {
                in.skipBytes((int) in.readLong());
            } else if (kind == AppendEncoder.FOLLOWING) {
                for (long left = in.readLong(); left > 0; left--) {
                    in.skipBytes((int) in.readLong());
                }
                in.readLong();
            }
        }
        return kinds;
    }

    private static StreamKind kind(RecordedStream stream) {
        return stream.isOfAppends() ? StreamKind.APPEND : StreamKind.MESSAGE;
    }

    private static List<Message> decode(RecordedStream stream, List<byte[]> pieces)
            throws IOException {
        List<Message> messages = new ArrayList<>();
        boolean hasMessages = stream.frames().stream().anyMatch(frame -> frame.has("message"));
        StreamDecoder decoder =
                kind(stream)
                        .newDecoder(
                                hasMessages ? stream.writer() : 1,
                                hasMessages ? stream.reader() : 2);
        for (byte[] piece : pieces) {
            decoder.decode(Unpooled.wrappedBuffer(piece), messages::add);
        }
        return messages;
    }

    @Test
    void refusesALengthBeyondTheLimitBeforeAnyMemoryIsTaken() {
        ByteBuf claim = Unpooled.buffer().writeLong(Long.MAX_VALUE);
        assertThatThrownBy(() -> StreamKind.MESSAGE.newDecoder(1, 2).decode(claim, _ -> {}))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("rafthttp: error limit exceeded");
    }

    @Test
    void refusesAnUnknownKindOfFrame() {
        ByteBuf frame = Unpooled.buffer().writeByte(7);
        assertThatThrownBy(() -> StreamKind.APPEND.newDecoder(1, 2).decode(frame, _ -> {}))
                .isInstanceOf(StreamFormatException.class)
                .hasMessage("failed to parse type 7 in msgappv2 stream");
    }

    @Test
    void randomBytesEndInARefusalOrInWaitingForMore() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            // Mostly small numbers, so that lengths are believable.
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(4) > 0 ? (byte) random.nextInt(3) : bytes[i];
            }
            for (StreamKind kind : StreamKind.values()) {
                try {
                    kind.newDecoder(1, 2).decode(Unpooled.wrappedBuffer(bytes), _ -> {});
                } catch (StreamFormatException e) {
                    assertThat(e).hasMessageNotContaining("null");
                }
            }
        }
    }

    @Test
    void aHeartbeatOvertakesAppendsThatWait() {
        MessageQueue queue = new MessageQueue();
        queue.offer(Message.of(MessageType.APP).to(1).build());
        queue.offer(Message.of(MessageType.HEARTBEAT).to(1).build());
        assertThat(queue.poll()).extracting(Message::type).isEqualTo(MessageType.HEARTBEAT);
        assertThat(queue.poll()).extracting(Message::type).isEqualTo(MessageType.APP);
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void aQueueIsBoundedInBytes() {
        MessageQueue queue = new MessageQueue();
        Message large =
                Message.of(MessageType.APP)
                        .entries(List.of(Entry.proposal(new byte[16 << 20])))
                        .snapshot(Snapshot.EMPTY)
                        .build();
        int taken = 0;
        while (queue.offer(large)) {
            taken++;
        }
        assertThat(taken).isEqualTo(3);
        assertThat(queue.bytes()).isLessThanOrEqualTo(MessageQueue.BYTES_MAX);
    }
}
