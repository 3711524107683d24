package dev.plinth.server.tracing;

import io.grpc.ServerStreamTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Exports spans, with the limits of OpenTelemetry's own defaults: batches of at most 512 spans, all
 * five seconds or when one is full; 2,048 spans wait at most, further ones are dropped. A collector
 * that does not answer costs nothing else.
 */
public final class Tracing implements AutoCloseable {
    private static final double MILLION = 1e6;
    private static final long LAST_EXPORT_MILLIS = 2000;

    private final SdkTracerProvider provider;

    private Tracing(SdkTracerProvider provider) {
        this.provider = provider;
    }

    /**
     * What is exported, and where.
     *
     * @param address host and port of the collector, which is spoken to in the clear
     * @param serviceName what the member is called in traces
     * @param instanceId which member it is; empty to leave that out
     * @param sampledOfAMillion how many of the traces that begin here are sampled; of the others
     *     the caller has decided
     */
    public record Settings(
            String address, String serviceName, String instanceId, long sampledOfAMillion) {}

    /**
     * Starts a thread that exports.
     *
     * @throws IllegalArgumentException the address is none
     */
    public static Tracing open(Settings settings, LongSupplier wallMillis, LongSupplier nanoClock) {
        AttributesBuilder resource =
                Attributes.builder()
                        .put(AttributeKey.stringKey("service.name"), settings.serviceName());
        if (!settings.instanceId().isEmpty()) {
            resource.put(AttributeKey.stringKey("service.instance.id"), settings.instanceId());
        }
        OtlpGrpcSpanExporter exporter =
                OtlpGrpcSpanExporter.builder().setEndpoint("http://" + settings.address()).build();
        return new Tracing(
                SdkTracerProvider.builder()
                        .setClock(new MemberClock(wallMillis, nanoClock))
                        .setResource(Resource.create(resource.build()))
                        .setSampler(
                                Sampler.parentBased(
                                        Sampler.traceIdRatioBased(
                                                settings.sampledOfAMillion() / MILLION)))
                        .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                        .build());
    }

    /** Makes a span of each call. */
    public ServerStreamTracer.Factory calls() {
        return new CallSpans(provider.get("dev.plinth.server"));
    }

    /** Exports what is left, if the collector takes it at once. */
    @Override
    public void close() {
        var _ = provider.shutdown().join(LAST_EXPORT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private record MemberClock(LongSupplier wallMillis, LongSupplier nanoClock) implements Clock {
        @Override
        public long now() {
            return TimeUnit.MILLISECONDS.toNanos(wallMillis.getAsLong());
        }

        @Override
        public long nanoTime() {
            return nanoClock.getAsLong();
        }
    }
}
