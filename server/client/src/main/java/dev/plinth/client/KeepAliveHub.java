package dev.plinth.client;

import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Renews all leases of a client that can share a stream, each three times within its time to live.
 * One virtual thread sends and watches the time for as long as there is a lease; when the stream is
 * lost it opens another, without end, so that renewal outlives servers and leaders.
 *
 * <p>A lease counts as lost when no renewal that was <em>sent</em> within its time to live has been
 * answered: the server may have dropped it no sooner. Source: tools.md 7.4.
 */
final class KeepAliveHub {
    private static final long SECOND = 1_000_000_000L;
    private static final long REOPEN_NANOS = SECOND / 2;
    private static final long RESEND_NANOS = SECOND;
    private static final int PARTS = 3;

    private static final class Renewal {
        final List<KeepAlive> handles = new ArrayList<>();
        long dueAt;
        long lostAt;
        long sentAt;

        Renewal(long now, long firstNanos) {
            this.dueAt = now;
            this.sentAt = now;
            this.lostAt = now + firstNanos;
        }
    }

    private final Calls calls;
    private final CallOptions options;
    private final LongSupplier clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Map<Long, Renewal> renewals = new HashMap<>();
    private @Nullable Stream stream;
    private boolean isOpening;
    private boolean isRunning;
    private boolean isClosed;
    private long openAt;

    KeepAliveHub(Calls calls, CallOptions options, LongSupplier clock) {
        this.calls = calls;
        this.options = options;
        this.clock = clock;
    }

    /**
     * Begins to renew a lease, at once.
     *
     * @param firstNanos how long the first answer may take
     */
    KeepAlive join(long lease, long firstNanos) {
        KeepAlive handle = new KeepAlive(this, lease);
        lock.lock();
        try {
            if (isClosed) {
                handle.lose(LossReason.CLOSED);
                return handle;
            }
            long now = clock.getAsLong();
            renewals.computeIfAbsent(lease, _ -> new Renewal(now, firstNanos)).handles.add(handle);
            if (!isRunning) {
                isRunning = true;
                calls.executor().execute(this::run);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return handle;
    }

    void leave(KeepAlive handle) {
        lock.lock();
        try {
            Renewal renewal = renewals.get(handle.lease());
            if (renewal != null && renewal.handles.remove(handle) && renewal.handles.isEmpty()) {
                renewals.remove(handle.lease());
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            isClosed = true;
            loseAll(LossReason.CLOSED);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        lock.lock();
        try {
            openAt = clock.getAsLong();
            while (!renewals.isEmpty()) {
                long wakeAt = turn(clock.getAsLong());
                long nanos = wakeAt - clock.getAsLong();
                if (nanos > 0 && changed.awaitNanos(nanos) > 0 && isClosed) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            loseAll(LossReason.CLOSED);
        } finally {
            isRunning = false;
            Stream open = stream;
            stream = null;
            if (open != null) {
                open.call.cancel("no leases to renew", null);
            }
            lock.unlock();
        }
    }

    /** Sends what is due, gives up what is lost, opens the stream; returns when to look again. */
    private long turn(long now) {
        Stream open = stream;
        if (open == null && !isOpening && now - openAt >= 0) {
            open(now);
        }
        long wakeAt = open == null && !isOpening ? openAt : now + SECOND;
        for (Iterator<Map.Entry<Long, Renewal>> all = renewals.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<Long, Renewal> entry = all.next();
            Renewal renewal = entry.getValue();
            if (now - renewal.lostAt >= 0) {
                all.remove();
                tell(renewal, LossReason.NOT_RENEWED_IN_TIME);
                continue;
            }
            if (open != null && now - renewal.dueAt >= 0) {
                open.call.sendMessage(
                        LeaseKeepAliveRequest.newBuilder().setID(entry.getKey()).build());
                renewal.sentAt = now;
                renewal.dueAt = now + RESEND_NANOS;
            }
            if (open != null && renewal.dueAt - wakeAt < 0) {
                wakeAt = renewal.dueAt;
            }
            if (renewal.lostAt - wakeAt < 0) {
                wakeAt = renewal.lostAt;
            }
        }
        return wakeAt;
    }

    /** Outside the lock: what the program does with the news may take long. */
    private void tell(Renewal renewal, LossReason why) {
        List<KeepAlive> told = List.copyOf(renewal.handles);
        calls.executor().execute(() -> told.forEach(handle -> handle.lose(why)));
    }

    private void loseAll(LossReason why) {
        renewals.values().forEach(renewal -> tell(renewal, why));
        renewals.clear();
    }

    private void open(long now) {
        isOpening = true;
        openAt = now + REOPEN_NANOS;
        var _ =
                calls.streamToken()
                        .whenCompleteAsync(
                                (token, _) -> {
                                    lock.lock();
                                    try {
                                        isOpening = false;
                                        if (token != null && isRunning) {
                                            stream = new Stream(token);
                                        }
                                        changed.signalAll();
                                    } finally {
                                        lock.unlock();
                                    }
                                },
                                calls.executor());
    }

    private void renewed(Stream from, LeaseKeepAliveResponse response) {
        lock.lock();
        try {
            Renewal renewal = renewals.get(response.getID());
            if (from != stream || renewal == null) {
                return;
            }
            if (response.getTTL() <= 0) {
                renewals.remove(response.getID());
                tell(renewal, LossReason.EXPIRED);
            } else {
                long ttlNanos = response.getTTL() * SECOND;
                renewal.lostAt = renewal.sentAt + ttlNanos;
                renewal.dueAt = renewal.sentAt + ttlNanos / PARTS;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void ended(Stream from, Status status) {
        lock.lock();
        try {
            if (from != stream) {
                return;
            }
            stream = null;
            openAt = clock.getAsLong() + REOPEN_NANOS;
            EtcdException why = EtcdException.of(status);
            if (options.requiresLeader() && why.reason() == Reason.NO_LEADER) {
                loseAll(LossReason.NO_LEADER);
            } else if (why instanceof EtcdException.PermissionDenied
                    && !(Repetition.wantsToken(why) && calls.hasIdentity())) {
                loseAll(LossReason.REFUSED);
            }
            renewals.values().forEach(renewal -> renewal.dueAt = openAt);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One stream to one server. Only the hub's thread sends. */
    private final class Stream extends ClientCall.Listener<LeaseKeepAliveResponse> {
        private final ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;

        Stream(String token) {
            call = calls.open(LeaseGrpc.getLeaseKeepAliveMethod(), options, token, this);
            call.request(1);
        }

        @Override
        public void onMessage(LeaseKeepAliveResponse message) {
            renewed(this, message);
            call.request(1);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            ended(this, Calls.understood(status));
        }
    }
}
