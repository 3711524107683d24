package dev.plinth.server.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.server.interop.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member told to trace, and one that is not. */
class TracingIT {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @TempDir Path dir;

    @Test
    void aTracedPutReachesTheCollector() throws Exception {
        try (SpanReceiver receiver = new SpanReceiver()) {
            try (ServerProcess server =
                    ServerProcess.plinth(
                            dir.resolve("traced"),
                            "--enable-distributed-tracing",
                            "--distributed-tracing-address=" + receiver.address(),
                            "--distributed-tracing-service-name=store",
                            "--distributed-tracing-instance-id=one")) {
                put(server);
                // Goes out with the next batch, after five seconds.
                SpanReceiver.Received span = receiver.next();
                assertThat(span.name()).isEqualTo("etcdserverpb.KV/Put");
                assertThat(span.traceId()).isEqualTo(TRACE);
                assertThat(span.parentId()).isEqualTo("b7ad6b7169203331");
                assertThat(span.resource())
                        .containsEntry("service.name", "store")
                        .containsEntry("service.instance.id", "one");
            }
        }
    }

    @Test
    void withoutTheFlagNothingOfItIsLoaded() throws Exception {
        Path loaded = dir.resolve("loaded");
        try (ServerProcess server =
                ServerProcess.plinthIn(
                        Map.of("PLINTH_JAVA_OPTS", "-Xlog:class+load:file=" + loaded),
                        dir.resolve("plain"))) {
            put(server);
        }
        assertThat(Files.readString(loaded))
                .contains("dev.plinth.server.rpc.KvService")
                .doesNotContain("dev.plinth.server.tracing", "io.opentelemetry");
    }

    private static void put(ServerProcess server) {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                "00-" + TRACE + "-b7ad6b7169203331-01");
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
        try {
            KVGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("traced")).build());
        } finally {
            channel.shutdownNow();
        }
    }
}
