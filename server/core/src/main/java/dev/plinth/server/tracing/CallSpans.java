package dev.plinth.server.tracing;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import org.jspecify.annotations.Nullable;

/**
 * A span for each call, from the arrival of its headers to its end, named as gRPC names the method;
 * a child of the span whose W3C trace context the caller has sent. Names of attributes, and which
 * outcomes are the server's errors, are those of OpenTelemetry's conventions for gRPC. Any thread.
 */
final class CallSpans extends ServerStreamTracer.Factory {
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
    private static final AttributeKey<Long> CODE = AttributeKey.longKey("rpc.grpc.status_code");
    private static final ServerStreamTracer UNSAMPLED = new ServerStreamTracer() {};

    private final Tracer tracer;

    CallSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        Context parent =
                W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), headers, CallHeaders.READER);
        int slash = fullMethodName.lastIndexOf('/');
        Span span =
                tracer.spanBuilder(fullMethodName)
                        .setParent(parent)
                        .setSpanKind(SpanKind.SERVER)
                        .setAttribute(SYSTEM, "grpc")
                        .setAttribute(SERVICE, fullMethodName.substring(0, Math.max(slash, 0)))
                        .setAttribute(METHOD, fullMethodName.substring(slash + 1))
                        .startSpan();
        return span.isRecording() ? new Call(span) : UNSAMPLED;
    }

    private static final class Call extends ServerStreamTracer {
        private final Span span;

        Call(Span span) {
            this.span = span;
        }

        @Override
        public void streamClosed(Status status) {
            span.setAttribute(CODE, (long) status.getCode().value());
            if (isServersError(status.getCode())) {
                String description = status.getDescription();
                span.setStatus(StatusCode.ERROR, description == null ? "" : description);
            }
            span.end();
        }
    }

    private static boolean isServersError(Status.Code code) {
        return switch (code) {
            case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
                    true;
            default -> false;
        };
    }

    /** Headers of a call as a carrier of trace context. */
    private enum CallHeaders implements TextMapGetter<Metadata> {
        READER;

        @Override
        public @Nullable String get(@Nullable Metadata headers, String name) {
            return headers == null
                    ? null
                    : headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
    }
}
