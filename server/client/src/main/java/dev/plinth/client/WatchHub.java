package dev.plinth.client;

import dev.plinth.api.etcdserverpb.WatchCancelRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchProgressRequest;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All watches of a client that can share a stream, and the stream. When it is lost it is opened
 * again, on whichever server is there, and every watch goes on behind the last change that it has
 * told.
 *
 * <p>Watches are created one after the other, since the server's refusal names no watch. Ids are
 * the client's own and never used twice, so that a late word to a watch that was cancelled cannot
 * be taken for a word to another.
 *
 * <p>All fields are guarded by this. Source: tools.md 7.3; api.md 2.2.
 */
final class WatchHub {
    private static final long PAUSE_FIRST_NANOS = 1_000_000;
    private static final long PAUSE_MAX_NANOS = 100_000_000;
    private static final int TOKENS_MAX = 3;

    private final Calls calls;
    private final CallOptions options;
    private final long bufferBytes;

    /** On the present stream, by id; the one being created too. */
    private final Map<Long, Watching> watches = new HashMap<>();

    private final Deque<Watching> waiting = new ArrayDeque<>();
    private @Nullable Watching creating;
    private @Nullable Stream stream;
    private boolean isOpening;
    private boolean isClosed;
    private long lastId;
    private int unansweredProgress;
    private int tokensRefused;
    private long pauseNanos = PAUSE_FIRST_NANOS;

    WatchHub(Calls calls, CallOptions options, long bufferBytes) {
        this.calls = calls;
        this.options = options;
        this.bufferBytes = bufferBytes;
    }

    Watching watch(WatchSpec spec, Namespace namespace) {
        Watching watch = new Watching(spec.on(namespace), namespace, bufferBytes);
        synchronized (this) {
            if (isClosed) {
                watch.ended(EtcdException.of(Reason.CLIENT_CLOSED));
                return watch;
            }
            waiting.add(watch);
            proceed();
        }
        return watch;
    }

    /** The reader has had enough. */
    synchronized void cancel(Watching watch) {
        Watching.Stage stage = watch.stage();
        watch.ended(EtcdException.of(Reason.WATCH_CANCELED));
        switch (stage) {
            case WAITING -> waiting.remove(watch);
            case ACTIVE -> cancelOnServer(watch);
            // Cancelled as soon as it is known to exist.
            case CREATING -> {}
            case PARKED, ENDED -> {}
        }
        proceed();
    }

    /** A parked watch goes on if its reader has caught up. */
    void caughtUp(Watching watch) {
        if (!watch.hasRoom()) {
            return;
        }
        synchronized (this) {
            if (watch.stage() == Watching.Stage.PARKED) {
                watch.rewind();
                waiting.add(watch);
                proceed();
            }
        }
    }

    /** Asks the server how far it has told everything. */
    synchronized void requestProgress() {
        Stream open = stream;
        if (open != null) {
            unansweredProgress++;
            open.send(
                    WatchRequest.newBuilder()
                            .setProgressRequest(WatchProgressRequest.getDefaultInstance()));
        }
    }

    synchronized void close() {
        isClosed = true;
        endAll(EtcdException.of(Reason.CLIENT_CLOSED));
    }

    private void cancelOnServer(Watching watch) {
        watches.remove(watch.id());
        Stream open = stream;
        if (open != null) {
            open.send(
                    WatchRequest.newBuilder()
                            .setCancelRequest(
                                    WatchCancelRequest.newBuilder().setWatchId(watch.id())));
        }
    }

    /** Creates the next watch, opens the stream if there is none, or ends one without watches. */
    private void proceed() {
        if (isClosed || isOpening || creating != null) {
            return;
        }
        Stream open = stream;
        Watching next = waiting.peek();
        if (next == null) {
            if (open != null && watches.isEmpty()) {
                drop(open);
            }
        } else if (open == null) {
            open();
        } else {
            waiting.remove();
            creating = next;
            WatchRequest.Builder create =
                    WatchRequest.newBuilder().setCreateRequest(next.creation(++lastId));
            watches.put(next.id(), next);
            open.send(create);
        }
    }

    private void open() {
        isOpening = true;
        var _ = calls.streamToken().whenComplete(this::opened);
    }

    private synchronized void opened(@Nullable String token, @Nullable Throwable failure) {
        isOpening = false;
        if (isClosed) {
            return;
        }
        if (token != null) {
            stream = new Stream(token);
            proceed();
            return;
        }
        Throwable cause = failure == null ? null : Calls.unwrapped(failure);
        switch (cause) {
            case EtcdException.Unavailable _, EtcdException.DeadlineExceeded _ -> openLater();
            case EtcdException refused -> endAll(refused);
            case null, default -> endAll(EtcdException.invalid("no token: " + cause));
        }
    }

    private void openLater() {
        isOpening = true;
        CompletableFuture.delayedExecutor(pauseNanos, TimeUnit.NANOSECONDS, calls.executor())
                .execute(() -> {
                    synchronized (this) {
                        isOpening = false;
                        proceed();
                    }
                });
        pauseNanos = Math.min(PAUSE_MAX_NANOS, pauseNanos + pauseNanos / 4);
    }

    private void endAll(EtcdException why) {
        Stream open = stream;
        if (open != null) {
            drop(open);
        }
        waiting.forEach(watch -> watch.ended(why));
        waiting.clear();
    }

    /** Forgets the stream; its watches wait for another, in the order in which they were made. */
    private void drop(Stream old) {
        stream = null;
        old.cancel();
        creating = null;
        unansweredProgress = 0;
        List<Watching> lost = new ArrayList<>(watches.values());
        watches.clear();
        lost.sort(Comparator.comparingLong(Watching::id).reversed());
        for (Watching watch : lost) {
            if (watch.stage() != Watching.Stage.ENDED) {
                watch.rewind();
                waiting.addFirst(watch);
            }
        }
    }

    private synchronized void received(Stream from, WatchResponse response) {
        if (from != stream) {
            return;
        }
        pauseNanos = PAUSE_FIRST_NANOS;
        if (response.getCreated()) {
            created(from, response);
        } else if (response.getCanceled()) {
            cancelled(from, response);
        } else if (response.getWatchId() < 0) {
            unansweredProgress = Math.max(0, unansweredProgress - 1);
            for (Watching watch : watches.values()) {
                if (watch.stage() == Watching.Stage.ACTIVE) {
                    watch.progressOfAll(response.getHeader());
                }
            }
        } else {
            told(response);
        }
    }

    private void created(Stream from, WatchResponse response) {
        Watching watch = creating;
        creating = null;
        if (watch == null) {
            return;
        }
        if (response.getCanceled()) {
            refused(from, watch, EtcdException.ofCancelReason(response.getCancelReason()));
        } else if (watch.stage() == Watching.Stage.ENDED) {
            cancelOnServer(watch);
        } else {
            tokensRefused = 0;
            watch.created(response.getHeader(), unansweredProgress);
        }
        proceed();
    }

    private void cancelled(Stream from, WatchResponse response) {
        Watching watch = watches.get(response.getWatchId());
        if (watch == null) {
            return;
        }
        EtcdException why;
        if (response.getCompactRevision() != 0) {
            why = EtcdException.compacted(response.getCompactRevision());
        } else if (response.getCancelReason().isEmpty()) {
            why = EtcdException.of(Reason.FUTURE_REVISION);
        } else {
            why = EtcdException.ofCancelReason(response.getCancelReason());
        }
        refused(from, watch, why);
        proceed();
    }

    /** The token is the stream's: another one needs another stream, which all watches go to. */
    private void refused(Stream from, Watching watch, EtcdException why) {
        if (Repetition.wantsToken(why) && calls.hasIdentity() && tokensRefused < TOKENS_MAX) {
            tokensRefused++;
            drop(from);
        } else {
            watches.remove(watch.id());
            watch.ended(why);
        }
    }

    private void told(WatchResponse response) {
        Watching watch = watches.get(response.getWatchId());
        if (watch == null || watch.stage() != Watching.Stage.ACTIVE) {
            return;
        }
        if (response.getEventsCount() == 0) {
            watch.progress(response.getHeader());
        } else if (!watch.events(response)) {
            cancelOnServer(watch);
            watch.park();
            // The reader may have caught up just now, and would not look again.
            calls.executor().execute(() -> caughtUp(watch));
        }
    }

    private synchronized void ended(Stream from, Status status) {
        if (from != stream) {
            return;
        }
        EtcdException why = EtcdException.of(status);
        drop(from);
        if (isPassing(status, why)) {
            if (!waiting.isEmpty()) {
                openLater();
            }
        } else {
            endAll(why);
        }
    }

    private boolean isPassing(Status status, EtcdException why) {
        if (options.requiresLeader() && why.reason() == Reason.NO_LEADER) {
            return false;
        }
        if (Repetition.wantsToken(why)) {
            return calls.hasIdentity() && tokensRefused++ < TOKENS_MAX;
        }
        return switch (status.getCode()) {
            // Nobody here has cancelled it, and a server that ends may do so.
            case UNAVAILABLE, INTERNAL, CANCELLED, OK -> true;
            default -> false;
        };
    }

    /** One stream to one server. Messages come one after the other; sending is the hub's. */
    private final class Stream extends ClientCall.Listener<WatchResponse> {
        private final ClientCall<WatchRequest, WatchResponse> call;

        Stream(String token) {
            call = calls.open(WatchGrpc.getWatchMethod(), options, token, this);
            call.request(1);
        }

        void send(WatchRequest.Builder request) {
            call.sendMessage(request.build());
        }

        void cancel() {
            call.cancel("no longer used", null);
        }

        @Override
        public void onMessage(WatchResponse message) {
            received(this, message);
            call.request(1);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            ended(this, Calls.understood(status));
        }
    }
}
