package dev.plinth.server.rpc;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest.FilterType;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.watch.WatchEvents;
import dev.plinth.mvcc.watch.WatchSink;
import dev.plinth.mvcc.watch.WatchStream;
import dev.plinth.server.apply.RangeQueries;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.quota.MemoryBudget.Use;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The watch stream: many watchers over one call.
 *
 * <p>Requests are handled one at a time; the hub delivers from its own threads into the {@link
 * WatchOutbox}. Half-close by the client ends only its requests.
 */
final class WatchHandler implements ServerCallHandler<Incoming<WatchRequest>, Reply> {
    /** Stands for "no watcher" in the answer to a create that failed. */
    private static final long NO_WATCHER = -1;

    /** What a watcher takes in the hub and here, but for its key. */
    private static final int WATCHER_BYTES = 512;

    private static final ByteString SMALLEST_KEY = ByteString.copyFrom(new byte[1]);

    private final Gauge streams;
    private final Counter eventsSent;
    private final WatchSendTimes sendTimes;
    private final ServiceContext context;
    private final CallGuard guard;
    private final LeaderWatch leaderWatch;
    private final Callers callers;

    WatchHandler(
            ServiceContext context, CallGuard guard, LeaderWatch leaderWatch, Callers callers) {
        this.streams =
                context.metrics()
                        .gauge(
                                "etcd_debugging_mvcc_watch_stream_total",
                                "Total number of watch streams.");
        this.eventsSent =
                context.metrics()
                        .counter(
                                "etcd_debugging_mvcc_events_total",
                                "Total number of events sent by this member.");
        this.sendTimes = new WatchSendTimes(context.metrics(), context.nanoClock());
        this.callers = callers;
        this.context = context;
        this.guard = guard;
        this.leaderWatch = leaderWatch;
    }

    @Override
    public ServerCall.Listener<Incoming<WatchRequest>> startCall(
            ServerCall<Incoming<WatchRequest>, Reply> call, Metadata headers) {
        try {
            guard.checkStream(false, headers);
        } catch (RefusedException refused) {
            call.close(ErrorMapping.status(refused), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Receiver receiver = new Receiver(call, headers);
        receiver.start(CallGuard.wantsLeader(headers));
        call.sendHeaders(new Metadata());
        call.request(1);
        return receiver;
    }

    /** A watcher of the stream. */
    private static final class Watcher {
        final WatchOutbox.Delivery delivery;
        final boolean wantsProgress;

        /** Cleared by an event, so that only a watcher that has been quiet is told of progress. */
        volatile boolean quiet = true;

        Watcher(WatchCreateRequest request) {
            this.delivery = new WatchOutbox.Delivery(request.getPrevKv(), request.getFragment());
            this.wantsProgress = request.getProgressNotify();
        }
    }

    private final class Receiver extends ServerCall.Listener<Incoming<WatchRequest>>
            implements WatchSink {
        private final ServerCall<Incoming<WatchRequest>, Reply> call;
        private final Metadata headers;
        private final WatchStream stream;
        private final WatchOutbox outbox;
        private final Map<Long, Watcher> watchers = new ConcurrentHashMap<>();
        private Runnable leaveLeaderWatch = () -> {};
        private @Nullable Future<?> progressTimer;
        private boolean hasEnded;

        /** The request being carried out; the hub names its watcher before the call returns. */
        private @Nullable WatchCreateRequest creating;

        Receiver(ServerCall<Incoming<WatchRequest>, Reply> call, Metadata headers) {
            this.headers = headers;
            this.call = call;
            this.stream = context.store().watchHub().open(this);
            this.outbox = new WatchOutbox(call, context, sendTimes, stream::resume);
            streams.add(1);
        }

        void start(boolean wantsLeader) {
            if (wantsLeader) {
                leaveLeaderWatch =
                        leaderWatch.join(() -> abort(ErrorMapping.status(EtcdError.NO_LEADER)));
            }
        }

        private void abort(Status status) {
            leave();
            outbox.end(status);
        }

        private void leave() {
            stream.close();
            watchers.keySet().forEach(this::forget);
            stopTimers();
        }

        @Override
        public void onMessage(Incoming<WatchRequest> message) {
            WatchRequest request = message.request();
            if (request == null) {
                abort(message.status());
                return;
            }
            switch (request.getRequestUnionCase()) {
                case CREATE_REQUEST -> create(request.getCreateRequest());
                case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
                case PROGRESS_REQUEST -> stream.requestProgressAll();
                case REQUESTUNION_NOT_SET -> {}
            }
            outbox.wake();
            call.request(1);
        }

        private void create(WatchCreateRequest request) {
            if (request.getStartRevision() < 0) {
                refuse(ErrorMapping.text(RefusedException.of(EtcdError.COMPACTED)));
                return;
            }
            ByteString key = request.getKey().isEmpty() ? SMALLEST_KEY : request.getKey();
            callers.identify(
                    headers,
                    caller -> {
                        context.auth().checkRead(caller, key, request.getRangeEnd());
                        add(request, key);
                    },
                    reason -> refuse(ErrorMapping.rendered(reason)));
            outbox.wake();
        }

        private synchronized void add(WatchCreateRequest request, ByteString key)
                throws RefusedException {
            context.memory().charge(Use.WATCHES, WATCHER_BYTES);
            boolean isAdded = false;
            creating = request;
            try {
                stream.watch(
                        new dev.plinth.mvcc.watch.WatchRequest(
                                request.getWatchId(),
                                key.toByteArray(),
                                RangeQueries.end(request.getRangeEnd()),
                                request.getStartRevision(),
                                request.getFiltersList().contains(FilterType.NOPUT),
                                request.getFiltersList().contains(FilterType.NODELETE)));
                isAdded = true;
            } catch (MvccException refused) {
                refuse(String.valueOf(refused.getMessage()));
            } finally {
                creating = null;
                if (!isAdded) {
                    context.memory().release(Use.WATCHES, WATCHER_BYTES);
                }
            }
            if (request.getProgressNotify()) {
                startProgressTimer();
            }
        }

        private void refuse(String reason) {
            outbox.answer(
                    context.store().currentRevision(),
                    WatchResponse.newBuilder()
                            .setWatchId(NO_WATCHER)
                            .setCreated(true)
                            .setCanceled(true)
                            .setCancelReason(reason)
                            .build());
        }

        private void cancel(long watchId) {
            if (stream.cancel(watchId)) {
                forget(watchId);
                outbox.answer(
                        context.store().currentRevision(),
                        WatchResponse.newBuilder().setWatchId(watchId).setCanceled(true).build());
            }
        }

        private void forget(long watchId) {
            if (watchers.remove(watchId) != null) {
                context.memory().release(Use.WATCHES, WATCHER_BYTES);
            }
        }

        @Override
        public void created(long watchId, long currentRevision) {
            WatchCreateRequest request = Objects.requireNonNull(creating);
            watchers.put(watchId, new Watcher(request));
            outbox.answer(
                    currentRevision,
                    WatchResponse.newBuilder().setWatchId(watchId).setCreated(true).build());
        }

        @Override
        public boolean events(long watchId, WatchEvents events, long revision) {
            Watcher watcher = watchers.get(watchId);
            if (watcher == null) {
                return true;
            }
            boolean taken = outbox.offer(watchId, watcher.delivery, events, revision);
            if (taken) {
                eventsSent.add(events.size());
                watcher.quiet = false;
            }
            return taken;
        }

        @Override
        public boolean progress(long watchId, long revision) {
            if (!outbox.hasRoom()) {
                return false;
            }
            outbox.progress(revision, WatchResponse.newBuilder().setWatchId(watchId).build());
            return true;
        }

        @Override
        public boolean compacted(long watchId, long compactRevision) {
            outbox.answer(
                    0,
                    WatchResponse.newBuilder()
                            .setWatchId(watchId)
                            .setCanceled(true)
                            .setCompactRevision(compactRevision)
                            .build());
            return true;
        }

        @Override
        public void flush() {
            outbox.wake();
        }

        private void startProgressTimer() {
            if (progressTimer != null) {
                return;
            }
            long interval = context.limits().watchProgressIntervalNanos();
            long period = interval + context.random().nextLong(interval / 10 + 1);
            progressTimer =
                    context.timer()
                            .scheduleAtFixedRate(this::tick, period, period, TimeUnit.NANOSECONDS);
        }

        private void tick() {
            watchers.forEach((watchId, watcher) -> {
                if (watcher.wantsProgress && watcher.quiet) {
                    stream.requestProgress(watchId);
                }
                watcher.quiet = true;
            });
            outbox.wake();
        }

        private void stopTimers() {
            if (!hasEnded) {
                hasEnded = true;
                streams.add(-1);
            }
            leaveLeaderWatch.run();
            Future<?> timer = progressTimer;
            if (timer != null) {
                timer.cancel(false);
            }
        }

        @Override
        public void onReady() {
            outbox.wake();
        }

        @Override
        public void onCancel() {
            leave();
            outbox.discard();
        }
    }
}
