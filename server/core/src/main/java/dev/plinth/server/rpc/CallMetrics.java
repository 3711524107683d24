package dev.plinth.server.rpc;

import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls, their messages, bytes and outcomes, under the names that etcd's servers have
 * (server.md 10). Any thread.
 *
 * <p>Cost of a call: one object, one look-up of the method, and additions. What is asked for by
 * label values is looked up once per method.
 */
public final class CallMetrics extends ServerStreamTracer.Factory {
    private static final Buckets CALL_SECONDS =
            Buckets.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);
    private static final Metadata.Key<String> CLIENT_VERSION =
            Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER);

    /** Versions that clients name are label values: a bound keeps a client from making many. */
    private static final int CLIENT_VERSIONS_MAX = 64;

    private static final String UNKNOWN = "unknown";

    private final LongSupplier nanoClock;
    private final Map<String, Method> methods = new ConcurrentHashMap<>();
    private final Map<String, Counter> clients = new ConcurrentHashMap<>();
    private final Labeled<Counter> started;
    private final Labeled<Counter> received;
    private final Labeled<Counter> sent;
    private final Labeled<Counter> handled;
    private final @Nullable Labeled<Histogram> handlingSeconds;
    private final Labeled<Histogram> requestSeconds;
    private final Labeled<Counter> clientRequests;
    private final Labeled<Counter> streamFailures;
    private final Counter receivedBytes;
    private final Counter sentBytes;

    /**
     * Registers the names.
     *
     * @param isExtensive whether the time of every call is shown, {@code --metrics=extensive}
     */
    public CallMetrics(Metrics metrics, boolean isExtensive, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        String[] labels = {"grpc_type", "grpc_service", "grpc_method"};
        String[] withCode = {"grpc_type", "grpc_service", "grpc_method", "grpc_code"};
        started =
                metrics.counters(
                        "grpc_server_started_total",
                        "Total number of RPCs started on the server.",
                        labels);
        received =
                metrics.counters(
                        "grpc_server_msg_received_total",
                        "Total number of RPC stream messages received on the server.",
                        labels);
        sent =
                metrics.counters(
                        "grpc_server_msg_sent_total",
                        "Total number of gRPC stream messages sent by the server.",
                        labels);
        handled =
                metrics.counters(
                        "grpc_server_handled_total",
                        "Total number of RPCs completed on the server, regardless of success or"
                                + " failure.",
                        withCode);
        handlingSeconds =
                isExtensive
                        ? metrics.histograms(
                                "grpc_server_handling_seconds",
                                "Histogram of response latency (seconds) of gRPC that had been"
                                        + " application-level handled by the server.",
                                CALL_SECONDS,
                                labels)
                        : null;
        requestSeconds =
                metrics.histograms(
                        "etcd_server_request_duration_seconds",
                        "Response latency distribution in seconds for each type.",
                        Buckets.SYNC_SECONDS,
                        "type",
                        "success");
        clientRequests =
                metrics.counters(
                        "etcd_server_client_requests_total",
                        "The total number of client requests per client version.",
                        "type",
                        "client_api_version");
        streamFailures =
                metrics.counters(
                        "etcd_network_server_stream_failures_total",
                        "The total number of stream failures from the local server.",
                        "Type",
                        "API");
        receivedBytes =
                metrics.counter(
                        "etcd_network_client_grpc_received_bytes_total",
                        "The total number of bytes received from grpc clients.");
        sentBytes =
                metrics.counter(
                        "etcd_network_client_grpc_sent_bytes_total",
                        "The total number of bytes sent to grpc clients.");
    }

    /** Shows the methods of the services, before anybody calls them. */
    public void announce(List<ServerServiceDefinition> services) {
        for (ServerServiceDefinition service : services) {
            for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
                MethodDescriptor<?, ?> descriptor = method.getMethodDescriptor();
                methods.put(descriptor.getFullMethodName(), new Method(descriptor));
            }
        }
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        Method method = methods.get(fullMethodName);
        if (method == null) {
            // Not ours: it will be answered with Unimplemented.
            return new ServerStreamTracer() {};
        }
        client(method, headers.get(CLIENT_VERSION)).increment();
        return new Call(method, nanoClock.getAsLong());
    }

    private Counter client(Method method, @Nullable String version) {
        String named = version == null ? UNKNOWN : version;
        String kind = method.isUnary ? "unary" : "stream";
        String key = kind + named;
        Counter known = clients.get(key);
        if (known != null) {
            return known;
        }
        String shown = clients.size() < CLIENT_VERSIONS_MAX ? named : UNKNOWN;
        return clients.size() < CLIENT_VERSIONS_MAX
                ? clients.computeIfAbsent(key, _ -> clientRequests.with(kind, shown))
                : clientRequests.with(kind, shown);
    }

    /** The series of one method. */
    private final class Method {
        final boolean isUnary;
        final Counter startedCalls;
        final Counter receivedMessages;
        final Counter sentMessages;
        final @Nullable Histogram seconds;
        final @Nullable Histogram succeededSeconds;
        final @Nullable Histogram failedSeconds;
        final @Nullable String streamApi;
        private final String[] labels;
        private final Counter[] outcomes = new Counter[Status.Code.values().length];

        Method(MethodDescriptor<?, ?> descriptor) {
            String service = String.valueOf(descriptor.getServiceName());
            String name = String.valueOf(descriptor.getBareMethodName());
            isUnary = descriptor.getType() == MethodDescriptor.MethodType.UNARY;
            labels = new String[] {type(descriptor), service, name};
            startedCalls = started.with(labels);
            receivedMessages = received.with(labels);
            sentMessages = sent.with(labels);
            for (Status.Code code : Status.Code.values()) {
                outcomes[code.value()] =
                        handled.with(labels[0], labels[1], labels[2], goName(code));
            }
            seconds = handlingSeconds == null ? null : handlingSeconds.with(labels);
            String request = requestType(service, name);
            succeededSeconds = request == null ? null : requestSeconds.with(request, "true");
            failedSeconds = request == null ? null : requestSeconds.with(request, "false");
            streamApi =
                    switch (name) {
                        case "Watch" -> "watch";
                        case "LeaseKeepAlive" -> "lease-keepalive";
                        default -> null;
                    };
        }

        void ended(Status.Code code) {
            outcomes[code.value()].increment();
        }
    }

    private static String type(MethodDescriptor<?, ?> descriptor) {
        return switch (descriptor.getType()) {
            case UNARY -> "unary";
            case CLIENT_STREAMING -> "client_stream";
            case SERVER_STREAMING -> "server_stream";
            case BIDI_STREAMING, UNKNOWN -> "bidi_stream";
        };
    }

    /** The kind of request in the log's terms; null for calls that are not counted so. */
    private static @Nullable String requestType(String service, String name) {
        return switch (service) {
            case "etcdserverpb.KV" ->
                    switch (name) {
                        case "Range", "Put", "DeleteRange", "Txn" -> name;
                        case "Compact" -> "Compaction";
                        default -> null;
                    };
            case "etcdserverpb.Lease" ->
                    name.equals("LeaseGrant") || name.equals("LeaseRevoke") ? name : null;
            case "etcdserverpb.Maintenance" -> name.equals("Alarm") ? name : null;
            case "etcdserverpb.Auth" -> name.startsWith("Auth") ? name : "Auth" + name;
            default -> null;
        };
    }

    /** {@code NotFound} for {@code NOT_FOUND}; the first one is spelt {@code OK}. */
    static String goName(Status.Code code) {
        if (code == Status.Code.OK) {
            return "OK";
        }
        if (code == Status.Code.CANCELLED) {
            return "Canceled";
        }
        StringBuilder name = new StringBuilder();
        for (String word : code.name().split("_", -1)) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.toString();
    }

    private final class Call extends ServerStreamTracer {
        private final Method method;
        private final long startNanos;

        Call(Method method, long startNanos) {
            this.method = method;
            this.startNanos = startNanos;
            method.startedCalls.increment();
        }

        @Override
        public void inboundMessage(int number) {
            method.receivedMessages.increment();
        }

        @Override
        public void outboundMessage(int number) {
            method.sentMessages.increment();
        }

        @Override
        public void inboundUncompressedSize(long bytes) {
            receivedBytes.add(bytes);
        }

        @Override
        public void outboundUncompressedSize(long bytes) {
            sentBytes.add(bytes);
        }

        @Override
        public void streamClosed(Status status) {
            method.ended(status.getCode());
            long nanos = nanoClock.getAsLong() - startNanos;
            Histogram all = method.seconds;
            if (all != null) {
                all.observeNanos(nanos);
            }
            Histogram ofOutcome = status.isOk() ? method.succeededSeconds : method.failedSeconds;
            if (ofOutcome != null) {
                ofOutcome.observeNanos(nanos);
            }
            if (method.streamApi != null && !status.isOk()) {
                streamFailures.with("receive", method.streamApi).increment();
            }
        }
    }
}
