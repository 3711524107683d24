package dev.plinth.tools.client;

import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchProgressRequest;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.rpc.ErrorMapping;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One watch on a stream of its own. It survives the loss of its server: the stream is opened again
 * from the revision behind the last one seen, so no event is lost or told twice.
 *
 * <p>Updates are told by one thread of the watch's own; how far a reader lags is not bounded.
 */
public final class Watch implements AutoCloseable {
    private static final long PAUSE_FIRST_NANOS = 1_000_000;
    private static final long PAUSE_MAX_NANOS = 100_000_000;
    private static final String COMPACTED = text(EtcdError.COMPACTED);
    private static final String FUTURE = text(EtcdError.FUTURE_REVISION);

    private final EtcdClient client;
    private final WatchCreateRequest request;
    private final boolean requiresLeader;
    private final Consumer<WatchUpdate> consumer;
    private final BlockingQueue<StreamSignal<WatchResponse>> signals = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile @Nullable ClientCall<WatchRequest, WatchResponse> stream;
    private volatile boolean isClosed;
    private long nextRevision;

    private Watch(
            EtcdClient client,
            WatchCreateRequest request,
            boolean requiresLeader,
            Consumer<WatchUpdate> consumer) {
        this.client = client;
        this.request = request;
        this.requiresLeader = requiresLeader;
        this.consumer = consumer;
        this.nextRevision = request.getStartRevision();
        this.thread = Thread.ofVirtual().unstarted(this::run);
    }

    private static String text(EtcdError error) {
        return String.valueOf(ErrorMapping.status(error).getDescription());
    }

    /** Begins to watch. */
    public static Watch start(
            EtcdClient client,
            WatchCreateRequest request,
            boolean requiresLeader,
            Consumer<WatchUpdate> consumer) {
        Watch watch = new Watch(client, request, requiresLeader, consumer);
        watch.open();
        watch.thread.start();
        return watch;
    }

    /** Asks the server to tell how far the watch has come. */
    public void requestProgress() {
        ClientCall<WatchRequest, WatchResponse> current = stream;
        if (current != null) {
            synchronized (current) {
                current.sendMessage(
                        WatchRequest.newBuilder()
                                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                                .build());
            }
        }
    }

    private void open() {
        ClientCall<WatchRequest, WatchResponse> call =
                client.stream(WatchGrpc.getWatchMethod(), requiresLeader, null);
        WatchCreateRequest from = request.toBuilder().setStartRevision(nextRevision).build();
        synchronized (call) {
            call.start(StreamSignal.into(signals, call), new Metadata());
            call.sendMessage(WatchRequest.newBuilder().setCreateRequest(from).build());
        }
        call.request(1);
        stream = call;
    }

    private void run() {
        long pauseNanos = PAUSE_FIRST_NANOS;
        try {
            while (!isClosed) {
                StreamSignal<WatchResponse> signal = signals.take();
                WatchResponse response = signal.response();
                if (response == null) {
                    if (isClosed || !resume(signal.status(), pauseNanos)) {
                        return;
                    }
                    pauseNanos = Math.min(PAUSE_MAX_NANOS, pauseNanos + pauseNanos / 4);
                } else {
                    pauseNanos = PAUSE_FIRST_NANOS;
                    if (!received(response)) {
                        return;
                    }
                }
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    /** Opens the stream again, unless its end is a refusal. */
    private boolean resume(Status status, long pauseNanos) {
        CallFailure failure = CallFailure.of(status);
        boolean isPassing =
                status.getCode() == Code.UNAVAILABLE || status.getCode() == Code.INTERNAL;
        if (!isPassing || (requiresLeader && failure.is(EtcdError.NO_LEADER))) {
            consumer.accept(
                    new WatchUpdate.Ended(
                            WatchResponse.newBuilder().setCanceled(true).build(), failure.text()));
            return false;
        }
        EtcdClient.pause(pauseNanos);
        client.renewToken();
        open();
        return true;
    }

    private boolean received(WatchResponse response) {
        if (response.getCanceled()) {
            consumer.accept(new WatchUpdate.Ended(response, reason(response)));
            return false;
        }
        if (response.getCreated()) {
            if (nextRevision == 0) {
                nextRevision = response.getHeader().getRevision() + 1;
            }
            return true;
        }
        if (response.getEventsCount() > 0) {
            nextRevision =
                    response.getEvents(response.getEventsCount() - 1).getKv().getModRevision() + 1;
        } else {
            nextRevision = Math.max(nextRevision, response.getHeader().getRevision() + 1);
        }
        consumer.accept(new WatchUpdate.Received(response));
        return true;
    }

    private static String reason(WatchResponse response) {
        if (response.getCreated() && !response.getCancelReason().isEmpty()) {
            return response.getCancelReason();
        }
        if (response.getCompactRevision() != 0) {
            return COMPACTED;
        }
        return response.getCancelReason().isEmpty()
                ? FUTURE
                : CallFailure.reason(response.getCancelReason());
    }

    @Override
    public void close() {
        isClosed = true;
        ClientCall<WatchRequest, WatchResponse> current = stream;
        if (current != null) {
            current.cancel("closed", null);
        }
        thread.interrupt();
    }
}
