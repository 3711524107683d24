package dev.plinth.server.gateway;

import com.google.protobuf.Message;
import dev.plinth.server.rpc.LongReply;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request carried out as a gRPC call.
 *
 * <p>A method with one request takes the first document of the body, an empty body being an empty
 * request. A method with a stream of requests takes every document, as it comes. A method with one
 * response answers with one document, a stream with one line {@code {"result":…}} for each message,
 * and {@code {"error":…}} at the end when it failed.
 *
 * <p>State belongs to the connection's event loop. A short answer is made JSON there; a longer one
 * by a thread of its own, piece by piece as the connection takes them, so that neither the loop's
 * other connections nor the heap feel its length. Should it fail half-way, the connection is cut
 * off, since nothing that could still be said would be taken for an error.
 */
final class GatewayCall implements Exchange {
    private static final String JSON = "application/json";

    /** Encoded; a longer answer is not made JSON on the event loop. */
    private static final int SHORT_BYTES_MAX = 16 << 10;

    private final Channel channel;
    private final MethodDescriptor<Message, InputStream> method;
    private final CallOptions options;
    private final Metadata headers;
    private final JsonAnswers json;
    private final HttpAnswer answer;
    private final Executor loop;
    private final Executor background;
    private final int messageBytesMax;
    private final JsonSplitter splitter;
    private final Message requestPrototype;
    private final boolean manyRequests;
    private final boolean manyResponses;
    private final ConnectionRoom room;
    private @Nullable ClientCall<Message, InputStream> call;
    private @Nullable String document;
    private byte @Nullable [] response;
    private boolean begun;
    private boolean awaitingRoom;

    /** While a thread writes an answer; what comes behind it has to wait. */
    private boolean isWriting;

    private @Nullable Status statusBehind;

    private boolean over;

    GatewayCall(
            Channel channel,
            MethodDescriptor<Message, Message> method,
            CallOptions options,
            Metadata headers,
            JsonAnswers json,
            HttpAnswer answer,
            Executor loop,
            Executor background,
            int messageBytesMax) {
        this.channel = channel;
        this.method =
                method.toBuilder(method.getRequestMarshaller(), JsonAnswers.Encoded.AS_IT_IS)
                        .build();
        this.json = json;
        this.background = background;
        this.room = new ConnectionRoom(answer, loop);
        this.options = options;
        this.headers = headers;
        this.answer = answer;
        this.loop = loop;
        this.messageBytesMax = messageBytesMax;
        this.manyRequests = !method.getType().clientSendsOneMessage();
        this.manyResponses = !method.getType().serverSendsOneMessage();
        this.splitter = new JsonSplitter(documentBytesMax(messageBytesMax), this::document);
        this.requestPrototype =
                Objects.requireNonNull(
                        ((PrototypeMarshaller<Message>) method.getRequestMarshaller())
                                .getMessagePrototype());
    }

    /** Base64 makes four bytes of three; the rest is room for names and blanks. */
    static int documentBytesMax(int messageBytesMax) {
        return Math.min(messageBytesMax, Integer.MAX_VALUE / 2) * 2;
    }

    @Override
    public void content(ByteBuf bytes) {
        if (over || (!manyRequests && document != null)) {
            return;
        }
        try {
            splitter.feed(bytes);
        } catch (JsonSyntaxException e) {
            malformed(e);
        }
    }

    @Override
    public boolean wantsMore() {
        return manyRequests || document == null;
    }

    @Override
    public boolean takesStream() {
        return manyRequests;
    }

    private void malformed(JsonSyntaxException e) {
        Status status =
                splitter.isTooLarge()
                        ? Status.RESOURCE_EXHAUSTED.withDescription(
                                "grpc: received message larger than max (" + e.getMessage() + ")")
                        : Status.INVALID_ARGUMENT.withDescription(e.getMessage());
        fail(status);
        ClientCall<Message, InputStream> started = call;
        if (started != null) {
            started.cancel("malformed request", null);
        }
    }

    private void document(String text) {
        if (over) {
            return;
        }
        if (manyRequests) {
            send(text);
        } else if (document == null) {
            document = text;
        }
    }

    @Override
    public void end() {
        if (over) {
            return;
        }
        try {
            if (document == null) {
                splitter.end();
            }
        } catch (JsonSyntaxException e) {
            malformed(e);
            return;
        }
        if (!manyRequests) {
            send(document == null ? "{}" : document);
        }
        if (!over) {
            started().halfClose();
        }
    }

    private void send(String text) {
        try {
            Message request = JsonMapping.parse(text, requestPrototype);
            if (request.getSerializedSize() > messageBytesMax) {
                fail(
                        Status.RESOURCE_EXHAUSTED.withDescription(
                                "grpc: received message larger than max ("
                                        + request.getSerializedSize()
                                        + " vs. "
                                        + messageBytesMax
                                        + ")"));
                return;
            }
            started().sendMessage(request);
        } catch (JsonSyntaxException e) {
            malformed(e);
        }
    }

    private ClientCall<Message, InputStream> started() {
        ClientCall<Message, InputStream> present = call;
        if (present == null) {
            present = channel.newCall(method, options);
            call = present;
            present.start(new Responses(), headers);
            present.request(manyResponses ? 1 : 2);
        }
        return present;
    }

    @Override
    public void writable() {
        ClientCall<Message, InputStream> present = call;
        room.writable();
        if (awaitingRoom && present != null) {
            awaitingRoom = false;
            present.request(1);
        }
    }

    @Override
    public void aborted() {
        stop();
        ClientCall<Message, InputStream> present = call;
        if (present != null) {
            present.cancel("client has gone away", null);
        }
    }

    private void stop() {
        over = true;
        room.end();
    }

    private void shortMessage(byte[] encoded) {
        if (over) {
            return;
        }
        byte[] document;
        try {
            document = json.whole(encoded);
        } catch (IOException e) {
            fail(Status.INTERNAL.withDescription("no JSON form: " + e.getMessage()));
            return;
        }
        if (!manyResponses) {
            response = document;
            return;
        }
        begin(Status.OK);
        answer.chunk(document, true);
        requestMore();
    }

    private void requestMore() {
        if (answer.isWritable()) {
            started().request(1);
        } else {
            awaitingRoom = true;
        }
    }

    private interface Writing {
        void to(Consumer<byte[]> pieces) throws IOException;
    }

    private void startWriting(Writing writing) {
        if (!over) {
            isWriting = true;
            background.execute(() -> write(writing));
        }
    }

    /** Writes a long answer; on a thread that may wait. */
    private void write(Writing writing) {
        boolean isWhole = false;
        try {
            Pieces pieces = new Pieces();
            writing.to(pieces);
            pieces.end();
            isWhole = true;
        } catch (IOException _) {
            // The client has gone away, or is told by the end of its connection.
        } finally {
            boolean succeeded = isWhole;
            loop.execute(() -> written(succeeded));
        }
    }

    private void written(boolean isWhole) {
        isWriting = false;
        Status behind = statusBehind;
        if (over) {
            return;
        }
        if (!isWhole) {
            over = true;
            answer.cutOff();
            started().cancel("the answer has been cut off", null);
        } else if (behind != null) {
            closed(behind);
        } else if (manyResponses) {
            requestMore();
        }
    }

    /** Gives the connection pieces of one document, holding one back to know the last. */
    private final class Pieces implements Consumer<byte[]> {
        private byte @Nullable [] last;

        @Override
        public void accept(byte[] piece) {
            send(false);
            last = piece;
        }

        void end() {
            send(true);
        }

        private void send(boolean endsDocument) {
            byte[] piece = last;
            if (piece == null) {
                return;
            }
            loop.execute(() -> {
                if (!over) {
                    begin(Status.OK);
                    answer.chunk(piece, endsDocument);
                }
            });
        }
    }

    private void begin(Status status) {
        if (!begun) {
            begun = true;
            answer.header("Grpc-Metadata-Content-Type", "application/grpc");
            answer.begin(HttpStatus.of(status.getCode()), JSON);
        }
    }

    private void closed(Status status) {
        if (over) {
            return;
        }
        if (isWriting) {
            statusBehind = status;
            return;
        }
        byte[] single = response;
        boolean isWhole = begun && !manyResponses;
        if (!status.isOk() && !isWhole) {
            fail(status);
        } else if (manyResponses || isWhole) {
            over = true;
            begin(Status.OK);
            answer.finish();
        } else if (single == null) {
            fail(Status.INTERNAL.withDescription("no response"));
        } else {
            over = true;
            answer.header("Grpc-Metadata-Content-Type", "application/grpc");
            answer.reply(HttpStatus.of(Status.Code.OK), JSON, single);
        }
    }

    private void fail(Status status) {
        if (over) {
            return;
        }
        stop();
        if (isWriting) {
            answer.cutOff();
        } else if (manyResponses && call != null) {
            begin(status);
            answer.chunk(JsonMapping.utf8("{\"error\":" + JsonMapping.error(status) + "}\n"), true);
            answer.finish();
        } else {
            answer.reply(
                    HttpStatus.of(status.getCode()),
                    JSON,
                    JsonMapping.utf8(JsonMapping.error(status)));
        }
    }

    /** Brings what the call says to the event loop. */
    private final class Responses extends ClientCall.Listener<InputStream> {
        @Override
        public void onMessage(InputStream message) {
            if (message instanceof LongReply reply) {
                loop.execute(() -> startWriting(pieces -> json.write(reply, room, pieces)));
                return;
            }
            byte[] encoded = bytes(message);
            if (encoded.length <= SHORT_BYTES_MAX) {
                loop.execute(() -> shortMessage(encoded));
            } else {
                loop.execute(() -> startWriting(pieces -> json.write(encoded, room, pieces)));
            }
        }

        private static byte[] bytes(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            loop.execute(() -> closed(status));
        }
    }
}
