package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.PutResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Puts at a steady rate, whatever the server makes of them: the time of each counts from when it
 * was due, so that a server that stops for a while is charged for all that came meanwhile.
 *
 * <p>One event-loop thread sends, receives and counts.
 */
final class PacedPuts implements AutoCloseable {
    private static final long HIGHEST_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int KEYS = 1000;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ManagedChannel channel;
    private final KVGrpc.KVStub stub;
    private final ByteString value;
    private final long periodNanos;

    // Of the event loop alone.
    private Phase phase = new Phase();
    private long begin;
    private long sent;

    /** What was due between two calls of {@link #nextPhase}. */
    static final class Phase {
        private final Histogram latencies = new Histogram(HIGHEST_LATENCY_NANOS, 3);
        private long failures;

        private Phase() {}

        /** Milliseconds; NaN when nothing was answered. */
        double millisAt(double percentile) {
            return latencies.getTotalCount() == 0
                    ? Double.NaN
                    : latencies.getValueAtPercentile(percentile) / 1e6;
        }

        long count() {
            return latencies.getTotalCount();
        }

        long failures() {
            return failures;
        }
    }

    /** Begins at once. */
    PacedPuts(String endpoint, int perSecond, ByteString value) {
        this.value = value;
        this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.channel =
                NettyChannelBuilder.forTarget(endpoint)
                        .usePlaintext()
                        .eventLoopGroup(loop)
                        .channelType(EpollSocketChannel.class)
                        .directExecutor()
                        .build();
        this.stub = KVGrpc.newStub(channel);
        loop.execute(() -> {
            begin = System.nanoTime();
            var _ =
                    loop.scheduleAtFixedRate(
                            this::sendWhatIsDue, 0, periodNanos, TimeUnit.NANOSECONDS);
        });
    }

    private void sendWhatIsDue() {
        for (long due = begin + sent * periodNanos;
                due <= System.nanoTime();
                due = begin + sent * periodNanos) {
            ByteString key = ByteString.copyFromUtf8("paced/%04d".formatted(sent % KEYS));
            sent++;
            stub.put(
                    PutRequest.newBuilder().setKey(key).setValue(value).build(),
                    new Answer(due, phase));
        }
    }

    private record Answer(long due, Phase phase) implements StreamObserver<PutResponse> {
        @Override
        public void onNext(PutResponse answer) {
            phase.latencies.recordValue(Math.min(System.nanoTime() - due, HIGHEST_LATENCY_NANOS));
        }

        @Override
        public void onError(Throwable error) {
            phase.failures++;
        }

        @Override
        public void onCompleted() {
            // Counted when it came.
        }
    }

    /** Ends the phase that runs and begins the next one; what is still under way is left out. */
    Phase nextPhase() {
        return loop.submit(
                        () -> {
                            Phase ended = phase;
                            phase = new Phase();
                            Phase copy = new Phase();
                            copy.latencies.add(ended.latencies);
                            copy.failures = ended.failures;
                            return copy;
                        })
                .syncUninterruptibly()
                .getNow();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
