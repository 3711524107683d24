package dev.plinth.server.tracing;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends OpenTelemetry's batches by the gRPC that the server has anyway; found by the exporter as a
 * service of the class path. In the clear, as etcd does it.
 */
public final class SpanSenders implements GrpcSenderProvider {
    @Override
    public GrpcSender createSender(GrpcSenderConfig config) {
        return new Sender(config);
    }

    private static final class Sender implements GrpcSender {
        private final ManagedChannel channel;
        private final MethodDescriptor<MessageWriter, byte[]> method;
        private final Duration timeout;

        Sender(GrpcSenderConfig config) {
            URI endpoint = config.getEndpoint();
            NettyChannelBuilder builder =
                    NettyChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
                            .usePlaintext()
                            .directExecutor();
            RetryPolicy retries = config.getRetryPolicy();
            if (retries != null) {
                builder.defaultServiceConfig(serviceConfig(retries)).enableRetry();
            }
            channel = builder.build();
            timeout = config.getTimeout();
            method =
                    MethodDescriptor.<MessageWriter, byte[]>newBuilder()
                            .setType(MethodDescriptor.MethodType.UNARY)
                            .setFullMethodName(config.getFullMethodName())
                            .setRequestMarshaller(Batches.INSTANCE)
                            .setResponseMarshaller(Acknowledgements.INSTANCE)
                            .build();
        }

        @Override
        public void send(
                MessageWriter batch, Consumer<GrpcResponse> answered, Consumer<Throwable> failed) {
            ClientCall<MessageWriter, byte[]> call =
                    channel.newCall(
                            method,
                            CallOptions.DEFAULT.withDeadlineAfter(
                                    timeout.toNanos(), TimeUnit.NANOSECONDS));
            call.start(new Answer(answered), new Metadata());
            try {
                call.sendMessage(batch);
                call.halfClose();
                call.request(2);
            } catch (RuntimeException e) {
                call.cancel("a batch cannot be sent", e);
                failed.accept(e);
            }
        }

        @Override
        public CompletableResultCode shutdown() {
            channel.shutdownNow();
            return CompletableResultCode.ofSuccess();
        }
    }

    /** Whichever method is called; gRPC wants numbers as floating-point ones. */
    private static Map<String, ?> serviceConfig(RetryPolicy retries) {
        return Map.of(
                "methodConfig",
                List.of(
                        Map.of(
                                "name",
                                List.of(Map.of()),
                                "retryPolicy",
                                Map.of(
                                        "maxAttempts",
                                        (double) retries.getMaxAttempts(),
                                        "initialBackoff",
                                        seconds(retries.getInitialBackoff()),
                                        "maxBackoff",
                                        seconds(retries.getMaxBackoff()),
                                        "backoffMultiplier",
                                        retries.getBackoffMultiplier(),
                                        "retryableStatusCodes",
                                        List.of(
                                                "CANCELLED",
                                                "DEADLINE_EXCEEDED",
                                                "RESOURCE_EXHAUSTED",
                                                "ABORTED",
                                                "OUT_OF_RANGE",
                                                "UNAVAILABLE",
                                                "DATA_LOSS")))));
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + "s";
    }

    private static final class Answer extends ClientCall.Listener<byte[]> {
        private final Consumer<GrpcResponse> answered;
        private byte[] message = new byte[0];

        Answer(Consumer<GrpcResponse> answered) {
            this.answered = answered;
        }

        @Override
        public void onMessage(byte[] received) {
            message = received;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            answered.accept(new Outcome(status, message));
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // as the exporter asks for it; never compared
    private record Outcome(Status status, byte[] message) implements GrpcResponse {
        @Override
        public GrpcStatusCode getStatusCode() {
            return GrpcStatusCode.fromValue(status.getCode().value());
        }

        @Override
        public @Nullable String getStatusDescription() {
            return status.getDescription();
        }

        @Override
        public byte[] getResponseMessage() {
            return message;
        }
    }

    /** A batch is written at once: the exporter uses its memory again. */
    private enum Batches implements Marshaller<MessageWriter> {
        INSTANCE;

        @Override
        public InputStream stream(MessageWriter batch) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(batch.getContentLength());
            try {
                batch.writeMessage(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new ByteArrayInputStream(bytes.toByteArray());
        }

        @Override
        public MessageWriter parse(InputStream stream) {
            throw new UnsupportedOperationException("batches are not received");
        }
    }

    private enum Acknowledgements implements Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            throw new UnsupportedOperationException("answers are not sent");
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
}
