package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * One watcher of one server while others list all keys over and over: some on the watcher's own
 * connection by gRPC, some by HTTP with JSON on the same port.
 *
 * <p>Puts come at a fixed pace, whether the ones before were answered or not, and carry the moment
 * at which they were sent; what is measured is the time from then until the watcher has the event.
 * Lists are read and thrown away, so that the client costs little.
 */
final class WatchUnderLists implements AutoCloseable {
    private static final int LIMIT_SECONDS = 60;
    private static final ByteString WATCHED = ByteString.copyFromUtf8("starvation/watched");
    private static final String FROM = "bench/";
    private static final String TO = "bench0";

    private static final Marshaller<byte[]> THROWN_AWAY =
            new Marshaller<>() {
                @Override
                public InputStream stream(byte[] value) {
                    throw new UnsupportedOperationException("answers are not sent");
                }

                @Override
                public byte[] parse(InputStream answer) {
                    try {
                        answer.transferTo(OutputStream.nullOutputStream());
                        return new byte[0];
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };

    private static final MethodDescriptor<RangeRequest, byte[]> LIST =
            KVGrpc.getRangeMethod().toBuilder(
                            KVGrpc.getRangeMethod().getRequestMarshaller(), THROWN_AWAY)
                    .build();

    private final ManagedChannel watching;
    private final ManagedChannel writing;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private final HttpRequest httpList;
    private final Histogram latencies = new Histogram(3);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong lists = new AtomicLong();
    private final AtomicLong httpLists = new AtomicLong();
    private final CompletableFuture<Void> created = new CompletableFuture<>();
    private final CompletableFuture<Void> listed = new CompletableFuture<>();
    private final CompletableFuture<Void> listedByHttp = new CompletableFuture<>();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean isListing = true;
    private volatile long expected = Long.MAX_VALUE;
    private volatile long seen;

    /**
     * @param endpoint where gRPC is served
     * @param httpEndpoint where JSON is served; the same where they share a port
     */
    WatchUnderLists(String endpoint, String httpEndpoint) {
        watching = channel(endpoint);
        writing = channel(endpoint);
        httpList =
                HttpRequest.newBuilder(URI.create("http://" + httpEndpoint + "/v3/kv/range"))
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"key\":\"%s\",\"range_end\":\"%s\"}"
                                                .formatted(base64(FROM), base64(TO))))
                        .build();
    }

    private static ManagedChannel channel(String endpoint) {
        return NettyChannelBuilder.forTarget(endpoint)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(ByteString.copyFromUtf8(text).toByteArray());
    }

    /**
     * Measures.
     *
     * @param grpcLoops lists at once on the watcher's connection
     * @param httpLoops lists at once by HTTP
     * @throws IOException when a call fails, or events are missing a minute after the last put
     */
    Starvation run(int grpcLoops, int httpLoops, int putsPerSecond, int seconds)
            throws IOException, InterruptedException {
        watch();
        await(created);
        for (int i = 0; i < grpcLoops; i++) {
            list();
        }
        for (int i = 0; i < httpLoops; i++) {
            listByHttp();
        }
        var puts =
                pace.scheduleAtFixedRate(
                        this::put, 0, 1_000_000_000L / putsPerSecond, TimeUnit.NANOSECONDS);
        if (over.await(seconds, TimeUnit.SECONDS)) {
            await(failure);
        }
        puts.cancel(false);
        pace.shutdown();
        if (!pace.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("a put could not be sent");
        }
        expected = sent.get();
        if (seen < expected && !over.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the watcher saw %d of %d".formatted(seen, expected));
        }
        if (failure.isDone()) {
            await(failure);
        }
        // A slow machine may need longer for one list.
        if (grpcLoops > 0) {
            await(listed);
        }
        if (httpLoops > 0) {
            await(listedByHttp);
        }
        isListing = false;
        return new Starvation(
                millis(50),
                millis(99),
                latencies.getMaxValue() / 1e6,
                (double) lists.get() / seconds,
                (double) httpLists.get() / seconds);
    }

    private double millis(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }

    private static void await(CompletableFuture<Void> future)
            throws IOException, InterruptedException {
        try {
            future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a call failed: " + e.getCause(), e);
        }
    }

    private void failed(Throwable cause) {
        if (isListing && failure.completeExceptionally(cause)) {
            created.completeExceptionally(cause);
            listed.completeExceptionally(cause);
            listedByHttp.completeExceptionally(cause);
            over.countDown();
        }
    }

    private void watch() {
        StreamObserver<WatchRequest> requests =
                WatchGrpc.newStub(watching)
                        .watch(
                                new Answers<WatchResponse>() {
                                    @Override
                                    public void onNext(WatchResponse response) {
                                        if (response.getCreated()) {
                                            created.complete(null);
                                        }
                                        response.getEventsList()
                                                .forEach(WatchUnderLists.this::arrived);
                                    }
                                });
        requests.onNext(
                WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(WATCHED))
                        .build());
    }

    private void arrived(Event event) {
        long sentNanos = event.getKv().getValue().asReadOnlyByteBuffer().getLong();
        latencies.recordValue(System.nanoTime() - sentNanos);
        seen = latencies.getTotalCount();
        if (seen >= expected) {
            over.countDown();
        }
    }

    private void put() {
        byte[] now = ByteBuffer.allocate(Long.BYTES).putLong(System.nanoTime()).array();
        sent.incrementAndGet();
        KVGrpc.newStub(writing)
                .put(
                        PutRequest.newBuilder()
                                .setKey(WATCHED)
                                .setValue(ByteString.copyFrom(now))
                                .build(),
                        new Answers<PutResponse>() {
                            @Override
                            public void onNext(PutResponse answer) {}
                        });
    }

    private void list() {
        RangeRequest all =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(FROM))
                        .setRangeEnd(ByteString.copyFromUtf8(TO))
                        .build();
        ClientCalls.asyncUnaryCall(
                watching.newCall(LIST, CallOptions.DEFAULT),
                all,
                new Answers<byte[]>() {
                    @Override
                    public void onNext(byte[] answer) {
                        lists.incrementAndGet();
                        listed.complete(null);
                    }

                    @Override
                    public void onCompleted() {
                        if (isListing) {
                            list();
                        }
                    }
                });
    }

    private void listByHttp() {
        var _ =
                http.sendAsync(httpList, BodyHandlers.discarding())
                        .whenComplete((answer, cause) -> {
                            if (answer == null || answer.statusCode() != 200) {
                                failed(cause == null ? new IOException("" + answer) : cause);
                            } else if (isListing) {
                                httpLists.incrementAndGet();
                                listedByHttp.complete(null);
                                listByHttp();
                            }
                        });
    }

    /** Answers of which a failure ends the round. */
    private abstract class Answers<T> implements StreamObserver<T> {
        @Override
        public void onError(Throwable cause) {
            failed(cause);
        }

        @Override
        public void onCompleted() {}
    }

    @Override
    public void close() {
        isListing = false;
        pace.shutdownNow();
        http.shutdownNow();
        watching.shutdownNow();
        writing.shutdownNow();
    }
}
