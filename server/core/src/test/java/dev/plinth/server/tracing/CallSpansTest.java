package dev.plinth.server.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CallSpansTest {
    private static final Metadata.Key<String> PARENT =
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final long ALL = 1_000_000;

    private static Tracing tracing(String address, long rate, String instance) {
        return Tracing.open(
                new Tracing.Settings(address, "etcd", instance, rate),
                () -> 1_700_000_000_000L,
                System::nanoTime);
    }

    private static void call(
            ServerStreamTracer.Factory calls, String method, String parent, Status end) {
        Metadata headers = new Metadata();
        if (!parent.isEmpty()) {
            headers.put(PARENT, parent);
        }
        calls.newServerStreamTracer(method, headers).streamClosed(end);
    }

    @Test
    void aSpanTellsOfTheCall() throws Exception {
        try (SpanReceiver receiver = new SpanReceiver()) {
            try (Tracing tracing = tracing(receiver.address(), ALL, "one")) {
                call(tracing.calls(), "etcdserverpb.KV/Put", "", Status.OK);
                call(tracing.calls(), "etcdserverpb.KV/Range", "", Status.UNAVAILABLE);
                call(tracing.calls(), "etcdserverpb.KV/Range", "", Status.NOT_FOUND);
            }
            SpanReceiver.Received put = receiver.next();
            assertThat(put.name()).isEqualTo("etcdserverpb.KV/Put");
            assertThat(put.kind()).isEqualTo(2);
            assertThat(put.parentId()).isEmpty();
            assertThat(put.lastsSomeTime()).isTrue();
            assertThat(put.statusCode()).isZero();
            assertThat(put.attributes())
                    .containsEntry("rpc.system", "grpc")
                    .containsEntry("rpc.service", "etcdserverpb.KV")
                    .containsEntry("rpc.method", "Put")
                    .containsEntry("rpc.grpc.status_code", "0");
            assertThat(put.resource())
                    .containsEntry("service.name", "etcd")
                    .containsEntry("service.instance.id", "one");
            assertThat(receiver.next().statusCode()).isEqualTo(2);
            SpanReceiver.Received clientsError = receiver.next();
            assertThat(clientsError.statusCode()).isZero();
            assertThat(clientsError.attributes()).containsEntry("rpc.grpc.status_code", "5");
        }
    }

    /** Whether the caller's trace is sampled decides; of others that begin here none is. */
    @Test
    void aSampledCallersTraceGoesOn() throws Exception {
        try (SpanReceiver receiver = new SpanReceiver()) {
            try (Tracing tracing = tracing(receiver.address(), 0, "")) {
                ServerStreamTracer.Factory calls = tracing.calls();
                call(calls, "a/NoParent", "", Status.OK);
                call(calls, "a/NotSampled", "00-" + TRACE + "-" + CALLER + "-00", Status.OK);
                call(calls, "a/NoContext", "00-" + TRACE + "-0000-01", Status.OK);
                call(calls, "a/Sampled", "00-" + TRACE + "-" + CALLER + "-01", Status.OK);
            }
            SpanReceiver.Received span = receiver.next();
            assertThat(span.name()).isEqualTo("a/Sampled");
            assertThat(span.traceId()).isEqualTo(TRACE);
            assertThat(span.parentId()).isEqualTo(CALLER);
            assertThat(span.resource()).doesNotContainKey("service.instance.id");
            assertThat(receiver.isEmpty()).isTrue();
        }
    }

    @Test
    void aCollectorThatIsAwayHoldsUpNothing() throws Exception {
        String address;
        try (SpanReceiver receiver = new SpanReceiver()) {
            address = receiver.address();
        }
        try (Tracing tracing = tracing(address, ALL, "")) {
            for (int i = 0; i < 10_000; i++) {
                call(tracing.calls(), "etcdserverpb.KV/Put", "", Status.OK);
            }
        }
    }

    @Test
    void anAddressThatIsNoneIsRefused() {
        assertThatThrownBy(() ->
                        Tracing.open(
                                new Tracing.Settings("a b", "etcd", "", ALL), () -> 0, () -> 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
