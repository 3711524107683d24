package dev.plinth.server.tracing;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A collector of traces: takes what is exported by OTLP and reads the fields that tests ask for.
 */
final class SpanReceiver implements AutoCloseable {
    private static final String SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService";

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final Server server;

    /** What is seen of a span; ids in hexadecimal, empty for none. */
    record Received(
            String name,
            String traceId,
            String parentId,
            long kind,
            long statusCode,
            boolean lastsSomeTime,
            Map<String, String> attributes,
            Map<String, String> resource) {}

    SpanReceiver() throws IOException {
        MethodDescriptor<byte[], byte[]> export =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(SERVICE + "/Export")
                        .setRequestMarshaller(Raw.INSTANCE)
                        .setResponseMarshaller(Raw.INSTANCE)
                        .build();
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(
                                ServerServiceDefinition.builder(SERVICE)
                                        .addMethod(
                                                export,
                                                ServerCalls.asyncUnaryCall((request, answer) -> {
                                                    try {
                                                        receive(request);
                                                        answer.onNext(new byte[0]);
                                                        answer.onCompleted();
                                                    } catch (InvalidProtocolBufferException e) {
                                                        answer.onError(
                                                                Status.INVALID_ARGUMENT
                                                                        .withCause(e)
                                                                        .asException());
                                                    }
                                                }))
                                        .build())
                        .build()
                        .start();
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** Waits for the next span. */
    Received next() throws InterruptedException {
        Received next = received.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no span has come");
        }
        return next;
    }

    boolean isEmpty() {
        return received.isEmpty();
    }

    private void receive(byte[] request) throws InvalidProtocolBufferException {
        for (UnknownFieldSet ofResource : messages(UnknownFieldSet.parseFrom(request), 1)) {
            Map<String, String> resource = attributes(messages(ofResource, 1)[0], 1);
            for (UnknownFieldSet ofScope : messages(ofResource, 2)) {
                for (UnknownFieldSet span : messages(ofScope, 2)) {
                    received.add(
                            new Received(
                                    bytes(span, 5).toStringUtf8(),
                                    hex(bytes(span, 1)),
                                    hex(bytes(span, 4)),
                                    number(span, 6),
                                    messages(span, 15).length == 0
                                            ? 0
                                            : number(messages(span, 15)[0], 3),
                                    fixed(span, 8) >= fixed(span, 7) && fixed(span, 7) > 0,
                                    attributes(span, 9),
                                    resource));
                }
            }
        }
    }

    private static UnknownFieldSet[] messages(UnknownFieldSet of, int field)
            throws InvalidProtocolBufferException {
        var values = of.getField(field).getLengthDelimitedList();
        UnknownFieldSet[] messages = new UnknownFieldSet[values.size()];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = UnknownFieldSet.parseFrom(values.get(i));
        }
        return messages;
    }

    private static ByteString bytes(UnknownFieldSet of, int field) {
        var values = of.getField(field).getLengthDelimitedList();
        return values.isEmpty() ? ByteString.EMPTY : values.getFirst();
    }

    private static long number(UnknownFieldSet of, int field) {
        var values = of.getField(field).getVarintList();
        return values.isEmpty() ? 0 : values.getFirst();
    }

    private static long fixed(UnknownFieldSet of, int field) {
        return of.getField(field).getFixed64List().getFirst();
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static Map<String, String> attributes(UnknownFieldSet of, int field)
            throws InvalidProtocolBufferException {
        Map<String, String> attributes = new TreeMap<>();
        for (UnknownFieldSet attribute : messages(of, field)) {
            UnknownFieldSet value = messages(attribute, 2)[0];
            attributes.put(
                    bytes(attribute, 1).toStringUtf8(),
                    value.hasField(1)
                            ? bytes(value, 1).toStringUtf8()
                            : String.valueOf(number(value, 3)));
        }
        return attributes;
    }

    private enum Raw implements Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
