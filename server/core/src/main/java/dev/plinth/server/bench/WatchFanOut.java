package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Many watchers of one key, counted on one event-loop thread. Answers are not made into objects:
 * their events are counted in the bytes, so that what is measured is the server.
 */
final class WatchFanOut implements AutoCloseable {
    private static final int LIMIT_SECONDS = 120;

    private static final MethodDescriptor<WatchRequest, Answer> WATCH =
            WatchGrpc.getWatchMethod().toBuilder(
                            WatchGrpc.getWatchMethod().getRequestMarshaller(), new AnswerReader())
                    .build();

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<ClientCall<WatchRequest, Answer>> calls = new ArrayList<>();
    private final ByteString key;
    private Expectation expected = new Expectation(0);

    // Of the event loop alone.
    private long created;
    private long events;

    /** What an answer holds, as far as it is counted. */
    private record Answer(boolean isCreated, int events) {}

    private record Expectation(long count, CompletableFuture<Void> met) {
        Expectation(long count) {
            this(count, new CompletableFuture<>());
        }
    }

    /**
     * Opens the watchers, spread over streams and these over connections; returns when the server
     * has confirmed all.
     */
    WatchFanOut(String endpoint, ByteString key, int watchers, int streams, int connections)
            throws IOException, InterruptedException {
        this.key = key;
        for (int i = 0; i < connections; i++) {
            channels.add(
                    NettyChannelBuilder.forTarget(endpoint)
                            .usePlaintext()
                            .eventLoopGroup(loop)
                            .channelType(EpollSocketChannel.class)
                            .directExecutor()
                            .build());
        }
        Expectation all = new Expectation(watchers);
        expect(all);
        for (int i = 0; i < streams; i++) {
            ManagedChannel channel = channels.get(i % connections);
            int share = watchers / streams + (i < watchers % streams ? 1 : 0);
            loop.execute(() -> open(channel, share));
        }
        await(all);
    }

    private void open(ManagedChannel channel, int watchers) {
        ClientCall<WatchRequest, Answer> call = channel.newCall(WATCH, CallOptions.DEFAULT);
        calls.add(call);
        call.start(new Counter(call), new Metadata());
        call.request(1);
        for (int i = 0; i < watchers; i++) {
            call.sendMessage(
                    WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                            .build());
        }
    }

    /**
     * Puts the key so many times, one put after the other, and waits until every watcher has seen
     * all of them.
     *
     * @return nanoseconds from the first put to the last event
     */
    long run(int puts, ByteString value, long watchers) throws IOException, InterruptedException {
        Expectation all = new Expectation(puts * watchers);
        expect(all);
        KVGrpc.KVBlockingStub stub = KVGrpc.newBlockingStub(channels.getFirst());
        PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
        long start = System.nanoTime();
        for (int i = 0; i < puts; i++) {
            stub.put(put);
        }
        await(all);
        return System.nanoTime() - start;
    }

    private void expect(Expectation next) {
        loop.submit(
                        () -> {
                            expected = next;
                            created = 0;
                            events = 0;
                        })
                .syncUninterruptibly();
    }

    private void await(Expectation expectation) throws IOException, InterruptedException {
        try {
            expectation.met().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "watchers saw %d of %d".formatted(created + events, expectation.count()), e);
        }
    }

    private final class Counter extends ClientCall.Listener<Answer> {
        private final ClientCall<WatchRequest, Answer> call;

        Counter(ClientCall<WatchRequest, Answer> call) {
            this.call = call;
        }

        @Override
        public void onMessage(Answer answer) {
            created += answer.isCreated() ? 1 : 0;
            events += answer.events();
            if (created + events == expected.count()) {
                expected.met().complete(null);
            }
            call.request(1);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            expected.met().completeExceptionally(status.asException());
        }
    }

    /** Counts the events of a watch response without decoding them. */
    private static final class AnswerReader implements MethodDescriptor.Marshaller<Answer> {
        @Override
        public InputStream stream(Answer answer) {
            throw new UnsupportedOperationException("answers are only read here");
        }

        @Override
        public Answer parse(InputStream stream) {
            try {
                CodedInputStream in = CodedInputStream.newInstance(stream, 512);
                boolean isCreated = false;
                int events = 0;
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    switch (WireFormat.getTagFieldNumber(tag)) {
                        case WatchResponse.CREATED_FIELD_NUMBER -> isCreated = in.readBool();
                        case WatchResponse.EVENTS_FIELD_NUMBER -> {
                            in.skipRawBytes(in.readRawVarint32());
                            events++;
                        }
                        default -> in.skipField(tag);
                    }
                }
                return new Answer(isCreated, events);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
