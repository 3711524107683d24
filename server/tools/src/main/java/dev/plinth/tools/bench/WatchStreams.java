package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.walio.io.Clock;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Watch streams with many watchers each. A stream lives on the thread of its connection. Answers
 * are not made into objects: their events are counted in the bytes.
 */
final class WatchStreams implements AutoCloseable {
    private static final MethodDescriptor<WatchRequest, Answer> WATCH =
            WatchGrpc.getWatchMethod().toBuilder(
                            WatchGrpc.getWatchMethod().getRequestMarshaller(), new AnswerReader())
                    .build();

    /** Told of events on the thread of a stream's connection. */
    @FunctionalInterface
    interface EventListener {
        /**
         * A watcher's next events have come.
         *
         * @param lane number of the thread
         * @param first how many events the watcher has had before
         */
        void received(int lane, int first, int events, long nowNanos);
    }

    /** What an answer holds, as far as it is counted. */
    private record Answer(boolean isCreated, boolean isCanceled, long watcher, int events) {}

    private final Clock clock;
    private final EventListener listener;
    private final List<Stream> streams = new ArrayList<>();
    private final LongAdder created = new LongAdder();
    private final LongAdder events = new LongAdder();
    private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();
    private volatile @Nullable Expectation expected;

    /** So many events or confirmations, counted from the beginning. */
    record Expectation(LongAdder counter, long count, CountDownLatch met) {}

    WatchStreams(Lanes lanes, Clock clock, int count, EventListener listener) {
        this.clock = clock;
        this.listener = listener;
        for (int i = 0; i < count; i++) {
            streams.add(new Stream(lanes.line(i)));
        }
    }

    /**
     * Opens watchers, each stream's one after the other; returns when the server has confirmed all.
     *
     * @param keys of each watcher by its number; watchers go to the streams in turn
     * @param startRevision 0 for what comes from now on
     * @return how long the confirmations took
     */
    Latencies create(
            List<ByteString> keys, long startRevision, boolean withPrevious, Waiting waiting)
            throws CallFailure, InterruptedException {
        for (int i = 0; i < keys.size(); i++) {
            WatchCreateRequest request =
                    WatchCreateRequest.newBuilder()
                            .setKey(keys.get(i))
                            .setStartRevision(startRevision)
                            .setPrevKv(withPrevious)
                            .build();
            streams.get(i % streams.size())
                    .waiting
                    .add(WatchRequest.newBuilder().setCreateRequest(request).build());
        }
        Expectation all = expect(created, keys.size());
        streams.forEach(Stream::begin);
        await(all, waiting);
        Latencies latencies = new Latencies();
        streams.forEach(stream -> latencies.add(stream.creations));
        return latencies;
    }

    /** What has to come: so many events since the first watcher was opened. */
    Expectation expectEvents(long count) {
        return expect(events, count);
    }

    private Expectation expect(LongAdder counter, long count) {
        Expectation expectation = new Expectation(counter, count, new CountDownLatch(1));
        expected = expectation;
        check();
        return expectation;
    }

    private void check() {
        Expectation present = expected;
        if (present != null
                && (failure.get() != null || present.counter().sum() >= present.count())) {
            present.met().countDown();
        }
    }

    /** Waits for what is expected. */
    void await(Expectation expectation, Waiting waiting) throws CallFailure, InterruptedException {
        waiting.await(expectation.met(), expectation.counter()::sum, expectation.count());
        Status status = failure.get();
        if (status != null) {
            throw CallFailure.of(status);
        }
    }

    private void failed(Status status) {
        failure.compareAndSet(null, status);
        check();
    }

    private final class Stream extends ClientCall.Listener<Answer> {
        private final Lanes.Line line;
        private final ClientCall<WatchRequest, Answer> call;
        private final List<WatchRequest> waiting = new ArrayList<>();
        private final Latencies creations = new Latencies();
        private final Map<Long, Integer> seen = new HashMap<>();
        private int sent;
        private long sentNanos;

        Stream(Lanes.Line line) {
            this.line = line;
            this.call = line.client().direct().newCall(WATCH, CallOptions.DEFAULT);
        }

        void begin() {
            line.loop()
                    .execute(() -> {
                        call.start(this, new Metadata());
                        call.request(Integer.MAX_VALUE);
                        next();
                    });
        }

        private void next() {
            if (sent < waiting.size()) {
                sentNanos = clock.monotonicNanos();
                call.sendMessage(waiting.get(sent++));
            }
        }

        @Override
        public void onMessage(Answer answer) {
            long now = clock.monotonicNanos();
            if (answer.isCanceled()) {
                failed(Status.ABORTED.withDescription("the server has cancelled a watcher"));
            } else if (answer.isCreated()) {
                creations.record(sentNanos, now);
                created.increment();
                next();
            } else {
                int after = seen.merge(answer.watcher(), answer.events(), Integer::sum);
                listener.received(line.lane(), after - answer.events(), answer.events(), now);
                events.add(answer.events());
            }
            check();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            failed(
                    status.isOk()
                            ? Status.ABORTED.withDescription("a watch stream has ended")
                            : status);
        }
    }

    /** Counts the events of a watch response without decoding them. */
    private static final class AnswerReader implements MethodDescriptor.Marshaller<Answer> {
        private static final int BUFFER_BYTES = 512;

        @Override
        public InputStream stream(Answer answer) {
            throw new UnsupportedOperationException("answers are only read here");
        }

        @Override
        public Answer parse(InputStream stream) {
            try {
                CodedInputStream in = CodedInputStream.newInstance(stream, BUFFER_BYTES);
                boolean isCreated = false;
                boolean isCanceled = false;
                long watcher = 0;
                int events = 0;
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    switch (WireFormat.getTagFieldNumber(tag)) {
                        case WatchResponse.WATCH_ID_FIELD_NUMBER -> watcher = in.readInt64();
                        case WatchResponse.CREATED_FIELD_NUMBER -> isCreated = in.readBool();
                        case WatchResponse.CANCELED_FIELD_NUMBER -> isCanceled = in.readBool();
                        case WatchResponse.EVENTS_FIELD_NUMBER -> {
                            in.skipRawBytes(in.readRawVarint32());
                            events++;
                        }
                        default -> in.skipField(tag);
                    }
                }
                return new Answer(isCreated, isCanceled, watcher, events);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        streams.forEach(stream -> stream.call.cancel("the benchmark is over", null));
    }
}
