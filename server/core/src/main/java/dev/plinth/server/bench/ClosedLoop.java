package dev.plinth.server.bench;

import dev.plinth.api.etcdserverpb.KVGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A number of logical clients on a number of connections; each sends its next request when the last
 * one is answered.
 *
 * <p>All clients and connections live on one event-loop thread, which also keeps the histogram: no
 * lock, no hand-off.
 */
final class ClosedLoop implements AutoCloseable {
    private static final long HIGHEST_LATENCY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<KVGrpc.KVStub> stubs = new ArrayList<>();

    ClosedLoop(String endpoint, int connections) {
        for (int i = 0; i < connections; i++) {
            ManagedChannel channel =
                    NettyChannelBuilder.forTarget(endpoint)
                            .usePlaintext()
                            .eventLoopGroup(loop)
                            .channelType(EpollSocketChannel.class)
                            .directExecutor()
                            .build();
            channels.add(channel);
            stubs.add(KVGrpc.newStub(channel));
        }
    }

    /** What {@code total} calls took. */
    record Outcome(Histogram latencies, long elapsedNanos, long failures) {
        double perSecond() {
            return latencies.getTotalCount() * 1e9 / elapsedNanos;
        }
    }

    /**
     * Makes {@code total} calls by {@code clients} clients.
     *
     * @throws IllegalStateException with the first error, when no call at all succeeded
     */
    Outcome run(Workload workload, Workload.Requests requests, int clients, long total)
            throws InterruptedException {
        Run run = new Run(workload, requests, total);
        long start = System.nanoTime();
        for (int i = 0; i < clients; i++) {
            Client client = new Client(run, stubs.get(i % stubs.size()));
            loop.execute(client::next);
        }
        run.done.await();
        long elapsed = System.nanoTime() - start;
        if (run.latencies.getTotalCount() == 0) {
            throw new IllegalStateException("every call failed", run.firstError);
        }
        return new Outcome(run.latencies, elapsed, run.failures);
    }

    /** Shared state of one run; touched by the event loop only, but for the latch. */
    private static final class Run {
        final Workload workload;
        final Workload.Requests requests;
        final long total;
        final Histogram latencies = new Histogram(HIGHEST_LATENCY_NANOS, 3);
        final CountDownLatch done = new CountDownLatch(1);
        long sent;
        long answered;
        long failures;
        @Nullable Throwable firstError;

        Run(Workload workload, Workload.Requests requests, long total) {
            this.workload = workload;
            this.requests = requests;
            this.total = total;
        }
    }

    private static final class Client implements StreamObserver<Object> {
        private final Run run;
        private final KVGrpc.KVStub stub;
        private long sentAt;

        Client(Run run, KVGrpc.KVStub stub) {
            this.run = run;
            this.stub = stub;
        }

        void next() {
            if (run.sent == run.total) {
                return;
            }
            long number = run.sent++;
            sentAt = System.nanoTime();
            run.workload.call(stub, run.requests, number, this);
        }

        @Override
        public void onNext(Object answer) {
            run.latencies.recordValue(Math.min(System.nanoTime() - sentAt, HIGHEST_LATENCY_NANOS));
        }

        @Override
        public void onError(Throwable error) {
            run.failures++;
            if (run.firstError == null) {
                run.firstError = error;
            }
            answered();
        }

        @Override
        public void onCompleted() {
            answered();
        }

        private void answered() {
            if (++run.answered == run.total) {
                run.done.countDown();
            } else {
                next();
            }
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
