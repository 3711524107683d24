package dev.plinth.server.gateway;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request carried out as a gRPC call.
 *
 * <p>A method with one request takes the first document of the body, an empty body being an empty
 * request. A method with a stream of requests takes every document, as it comes. A method with one
 * response answers with one document, a stream with one line {@code {"result":…}} for each message,
 * and {@code {"error":…}} at the end when it failed.
 *
 * <p>State belongs to the connection's event loop.
 */
final class GatewayCall implements Exchange {
    private static final String JSON = "application/json";

    private final Channel channel;
    private final MethodDescriptor<Message, Message> method;
    private final CallOptions options;
    private final Metadata headers;
    private final HttpAnswer answer;
    private final Executor loop;
    private final int messageBytesMax;
    private final JsonSplitter splitter;
    private final Message requestPrototype;
    private final boolean manyRequests;
    private final boolean manyResponses;
    private @Nullable ClientCall<Message, Message> call;
    private @Nullable String document;
    private @Nullable Message response;
    private boolean begun;
    private boolean over;
    private boolean awaitingRoom;

    GatewayCall(
            Channel channel,
            MethodDescriptor<Message, Message> method,
            CallOptions options,
            Metadata headers,
            HttpAnswer answer,
            Executor loop,
            int messageBytesMax) {
        this.channel = channel;
        this.method = method;
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

    private void malformed(JsonSyntaxException e) {
        Status status =
                splitter.isTooLarge()
                        ? Status.RESOURCE_EXHAUSTED.withDescription(
                                "grpc: received message larger than max (" + e.getMessage() + ")")
                        : Status.INVALID_ARGUMENT.withDescription(e.getMessage());
        fail(status);
        ClientCall<Message, Message> started = call;
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

    private ClientCall<Message, Message> started() {
        ClientCall<Message, Message> present = call;
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
        ClientCall<Message, Message> present = call;
        if (awaitingRoom && present != null) {
            awaitingRoom = false;
            present.request(1);
        }
    }

    @Override
    public void aborted() {
        over = true;
        ClientCall<Message, Message> present = call;
        if (present != null) {
            present.cancel("client has gone away", null);
        }
    }

    private void message(Message message) {
        if (over) {
            return;
        }
        if (!manyResponses) {
            response = message;
            return;
        }
        begin(Status.OK);
        answer.chunk(JsonMapping.utf8("{\"result\":" + JsonMapping.print(message) + "}\n"));
        if (answer.isWritable()) {
            started().request(1);
        } else {
            awaitingRoom = true;
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
        Message single = response;
        if (!status.isOk()) {
            fail(status);
        } else if (manyResponses) {
            over = true;
            begin(Status.OK);
            answer.finish();
        } else if (single == null) {
            fail(Status.INTERNAL.withDescription("no response"));
        } else {
            over = true;
            answer.header("Grpc-Metadata-Content-Type", "application/grpc");
            answer.reply(
                    HttpStatus.of(Status.Code.OK),
                    JSON,
                    JsonMapping.utf8(JsonMapping.print(single)));
        }
    }

    private void fail(Status status) {
        if (over) {
            return;
        }
        over = true;
        if (manyResponses && call != null) {
            begin(status);
            answer.chunk(JsonMapping.utf8("{\"error\":" + JsonMapping.error(status) + "}\n"));
            answer.finish();
        } else {
            answer.reply(
                    HttpStatus.of(status.getCode()),
                    JSON,
                    JsonMapping.utf8(JsonMapping.error(status)));
        }
    }

    /** Brings what the call says to the event loop. */
    private final class Responses extends ClientCall.Listener<Message> {
        @Override
        public void onMessage(Message message) {
            loop.execute(() -> message(message));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            loop.execute(() -> closed(status));
        }
    }
}
