package dev.plinth.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.rpc.Pace;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonAnswersTest {
    private static final int DEPTH_MAX = 5;
    private static final Pace AT_ONCE = () -> true;

    private final JsonShape.Shapes shapes = new JsonShape.Shapes();

    private JsonAnswers answers(Message prototype, boolean isStream) {
        return new JsonAnswers(prototype.getDescriptorForType(), isStream, shapes);
    }

    private String json(Message message) throws IOException {
        return new String(answers(message, false).whole(message.toByteArray()), UTF_8);
    }

    static Stream<Message> answersOfAllRoutes() {
        return Routes.methods()
                .map(MethodDescriptor::getResponseMarshaller)
                .map(marshaller -> (PrototypeMarshaller<?>) marshaller)
                .map(marshaller ->
                        (Message) Objects.requireNonNull(marshaller.getMessagePrototype()))
                .distinct();
    }

    /** The same values as protobuf's own JSON, however they are filled and cut. */
    @ParameterizedTest
    @MethodSource("answersOfAllRoutes")
    void saysWhatProtobufSays(Message prototype) throws Exception {
        Random random = new Random(7);
        JsonFormat.Printer printer = JsonFormat.printer().preservingProtoFieldNames();
        for (int i = 0; i < 50; i++) {
            Message message = random(prototype.newBuilderForType(), random, 0);
            var expected = JsonParser.parseString(printer.print(message));
            assertThat(JsonParser.parseString(json(message))).isEqualTo(expected);
            assertThat(JsonParser.parseString(inParts(message, random))).isEqualTo(expected);
        }
    }

    private String inParts(Message message, Random random) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        JsonPieces out = new JsonPieces(all::writeBytes, 0);
        JsonAnswer json = new JsonAnswer(shapes, message.getDescriptorForType(), out);
        byte[] encoded = message.toByteArray();
        for (int at = 0; at < encoded.length; ) {
            int part = Math.min(encoded.length - at, random.nextInt(20));
            json.write(encoded, at, part);
            at += part;
        }
        json.end();
        out.flush();
        return all.toString(UTF_8);
    }

    private static Message random(Message.Builder builder, Random random, int depth) {
        for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
            boolean isTooDeep =
                    depth == DEPTH_MAX && field.getType() == FieldDescriptor.Type.MESSAGE;
            if (isTooDeep || random.nextInt(3) == 0) {
                continue;
            }
            if (field.isRepeated()) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    builder.addRepeatedField(field, value(builder, field, random, depth));
                }
            } else {
                builder.setField(field, value(builder, field, random, depth));
            }
        }
        return builder.build();
    }

    private static Object value(
            Message.Builder builder, FieldDescriptor field, Random random, int depth) {
        boolean isZero = random.nextInt(4) == 0;
        return switch (field.getJavaType()) {
            case INT -> isZero ? 0 : random.nextInt();
            case LONG -> isZero ? 0L : random.nextLong();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> isZero ? "" : "näme <\"\\\n\u0001\u2028" + random.nextInt(100);
            case BYTE_STRING -> {
                byte[] bytes = new byte[isZero ? 0 : random.nextInt(10)];
                random.nextBytes(bytes);
                yield ByteString.copyFrom(bytes);
            }
            case ENUM -> {
                List<EnumValueDescriptor> values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
            case MESSAGE -> random(builder.newBuilderForField(field), random, depth + 1);
            case FLOAT, DOUBLE -> throw new AssertionError(field);
        };
    }

    @Test
    void aLongListComesInBoundedPieces() throws Exception {
        RangeResponse.Builder list = RangeResponse.newBuilder().setCount(3);
        for (int size : new int[] {1_500_000, 0, 24 << 10, (24 << 10) + 1}) {
            byte[] value = new byte[size];
            new Random(size).nextBytes(value);
            list.addKvs(KeyValue.newBuilder().setValue(ByteString.copyFrom(value)));
        }
        List<byte[]> pieces = new ArrayList<>();
        answers(list.build(), true).write(list.build().toByteArray(), AT_ONCE, pieces::add);
        assertThat(pieces)
                .hasSizeGreaterThan(60)
                .allSatisfy(piece ->
                        assertThat(piece).hasSizeLessThanOrEqualTo(JsonPieces.PIECE_BYTES));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        assertThat(all.toString(UTF_8)).endsWith("}\n");
        RangeResponse.Builder read = RangeResponse.newBuilder();
        JsonFormat.parser()
                .merge(
                        JsonParser.parseString(all.toString(UTF_8))
                                .getAsJsonObject()
                                .get("result")
                                .toString(),
                        read);
        assertThat(read.build()).isEqualTo(list.build());
    }

    @Test
    void unknownFieldsArePassedOver() throws IOException {
        Message message =
                ResponseHeader.newBuilder()
                        .setRevision(1)
                        .setUnknownFields(
                                UnknownFieldSet.newBuilder()
                                        .addField(
                                                2000,
                                                UnknownFieldSet.Field.newBuilder()
                                                        .addVarint(1)
                                                        .addFixed64(2)
                                                        .addLengthDelimited(
                                                                ByteString.copyFromUtf8("x"))
                                                        .build())
                                        .build())
                        .build();
        assertThat(json(message)).isEqualTo("{\"revision\":\"1\"}");
    }

    @Test
    void damagedMessagesAreRefused() {
        Message prototype = TxnResponse.getDefaultInstance();
        // A length beyond the end, a number without one, a group, and a field within a shorter one.
        for (byte[] damaged :
                List.of(
                        new byte[] {0x0a, 0x05, 0x08},
                        new byte[] {0x10, -1, -1},
                        new byte[] {0x10, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
                        new byte[] {0x0b, 0x0c},
                        new byte[] {0x0a, -1, -1, -1, -1, 0x0f},
                        new byte[] {0x0a, 0x02, 0x0a, 0x05})) {
            assertThatThrownBy(() -> answers(prototype, false).whole(damaged))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aReceiverThatHasGoneEndsIt() {
        Message message = RangeResponse.newBuilder().setCount(1).build();
        assertThatThrownBy(() ->
                        answers(message, false).write(message.toByteArray(), () -> false, _ -> {}))
                .isInstanceOf(IOException.class);
    }
}
