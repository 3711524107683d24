package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.watch.WatchEvents;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one watch stream has still to send.
 *
 * <p>Two kinds of messages wait here: answers to requests, which are always taken, and events,
 * which are refused beyond a bound in bytes and in number, so that the hub keeps a slow stream's
 * place instead of its events. A task on the delivery pool sends while the call has room; it is
 * started by whoever adds a message and by the call when it has room again. At most one such task
 * runs at a time, so messages leave in order.
 *
 * <p>Any thread may add; nothing here blocks.
 */
final class WatchOutbox {
    private static final int EVENTS_MAX = 4096;
    private static final long EVENT_BYTES_MAX = 4L << 20;

    /** What a waiting message takes beside its events. */
    private static final int MESSAGE_BYTES = 64;

    /** How a watcher wants its events. */
    record Delivery(boolean previousPairs, boolean fragments) {}

    private sealed interface Message {}

    private record Answer(Reply reply, WatchSendTimes.Kind kind) implements Message {}

    private record Events(long watchId, Delivery delivery, WatchEvents events, long revision)
            implements Message {}

    private final ServerCall<?, Reply> call;
    private final LocalMember member;
    private final KeyValueStore store;
    private final int messageBytesMax;
    private final Executor delivery;
    private final Runnable room;
    private final MemoryBudget memory;
    private final WatchSendTimes times;
    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private final AtomicInteger wakeUps = new AtomicInteger();

    // Guarded by the messages.
    private long eventBytes;
    private int eventCount;
    private boolean refused;
    private boolean isDiscarded;
    private @Nullable Status end;
    private boolean ended;

    /**
     * @param room called when events are taken again after some have been refused
     */
    WatchOutbox(
            ServerCall<?, Reply> call,
            ServiceContext context,
            WatchSendTimes times,
            Runnable room) {
        this(
                call,
                context.member(),
                context.store(),
                context.limits().messageBytesMax(),
                context.deliveries(),
                context.memory(),
                times,
                room);
    }

    WatchOutbox(
            ServerCall<?, Reply> call,
            LocalMember member,
            KeyValueStore store,
            int messageBytesMax,
            Executor delivery,
            MemoryBudget memory,
            WatchSendTimes times,
            Runnable room) {
        this.call = call;
        this.member = member;
        this.store = store;
        this.messageBytesMax = messageBytesMax;
        this.delivery = delivery;
        this.memory = memory;
        this.times = times;
        this.room = room;
    }

    /** Adds an answer; sent by the next {@link #wake}. */
    void answer(long revision, WatchResponse body) {
        add(WatchSendTimes.Kind.CONTROL, revision, body);
    }

    /** Adds a mark of progress; sent by the next {@link #wake}. */
    void progress(long revision, WatchResponse body) {
        add(WatchSendTimes.Kind.PROGRESS, revision, body);
    }

    private void add(WatchSendTimes.Kind kind, long revision, WatchResponse body) {
        Reply reply = reply(revision, ResponseBody.of(body));
        synchronized (messages) {
            messages.add(new Answer(reply, kind));
        }
    }

    /** Adds events, unless there are too many already. */
    boolean offer(long watchId, Delivery how, WatchEvents events, long revision) {
        long bytes = events.encodedBytes();
        synchronized (messages) {
            if (isDiscarded) {
                return true;
            }
            // A stream for which nothing waits always gets something, so that it comes on.
            if (eventCount == 0) {
                memory.chargeAlways(Use.WATCHES, bytes + MESSAGE_BYTES);
            } else if (eventCount >= EVENTS_MAX
                    || eventBytes + bytes > EVENT_BYTES_MAX
                    || !memory.tryCharge(Use.WATCHES, bytes + MESSAGE_BYTES)) {
                refused = true;
                return false;
            }
            eventCount++;
            eventBytes += bytes;
            messages.add(new Events(watchId, how, events, revision));
            return true;
        }
    }

    /** True when nothing waits, so that a progress mark would not overtake events. */
    boolean hasRoom() {
        synchronized (messages) {
            return eventCount < EVENTS_MAX && eventBytes < EVENT_BYTES_MAX;
        }
    }

    /** Ends the call; what is waiting is not sent. */
    void end(Status status) {
        discard();
        synchronized (messages) {
            end = status;
        }
        wake();
    }

    /** Lets go of what is waiting: the receiver has gone away. */
    void discard() {
        int events = 0;
        long bytes = 0;
        synchronized (messages) {
            isDiscarded = true;
            for (Message message : messages) {
                if (message instanceof Events of) {
                    events++;
                    bytes += of.events().encodedBytes();
                }
            }
            messages.clear();
        }
        sent(events, bytes);
    }

    /** Starts sending if nobody does. */
    void wake() {
        if (wakeUps.getAndIncrement() == 0) {
            delivery.execute(this::run);
        }
    }

    private void run() {
        int seen;
        do {
            seen = wakeUps.get();
            sendWhileReady();
        } while (!wakeUps.compareAndSet(seen, 0));
    }

    private void sendWhileReady() {
        while (!ended && !call.isCancelled()) {
            Message next;
            synchronized (messages) {
                if (end != null) {
                    ended = true;
                    call.close(end, new Metadata());
                    return;
                }
                if (messages.isEmpty() || !call.isReady()) {
                    return;
                }
                next = messages.remove();
            }
            long begun = times.now();
            switch (next) {
                case Answer(Reply reply, WatchSendTimes.Kind kind) -> {
                    call.sendMessage(reply);
                    times.sent(kind, 0, begun);
                }
                case Events events -> {
                    send(events);
                    times.sent(WatchSendTimes.Kind.EVENTS, events.events().size(), begun);
                    sent(1, events.events().encodedBytes());
                }
            }
        }
    }

    private void sent(int events, long bytes) {
        boolean resume;
        memory.release(Use.WATCHES, bytes + (long) events * MESSAGE_BYTES);
        synchronized (messages) {
            eventCount -= events;
            eventBytes -= bytes;
            resume = refused && eventCount <= EVENTS_MAX / 2 && eventBytes <= EVENT_BYTES_MAX / 2;
            if (resume) {
                refused = false;
            }
        }
        if (resume) {
            room.run();
        }
    }

    private void send(Events message) {
        WatchEvents events = message.events();
        List<byte[]> encoded =
                message.delivery().previousPairs()
                        ? events.encodedWithPrevious(store)
                        : events.encoded();
        WatchBody whole = WatchBody.of(message.watchId(), false, encoded);
        if (message.delivery().fragments()
                && encoded.size() > 1
                && whole.size() >= messageBytesMax) {
            sendFragments(message, encoded);
        } else {
            call.sendMessage(reply(message.revision(), whole));
        }
    }

    /** Cuts events in order into messages below the limit; one event alone may exceed it. */
    private void sendFragments(Events message, List<byte[]> encoded) {
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < encoded.size(); i++) {
            int size = WatchBody.fieldSize(encoded.get(i).length);
            if (i > from && bytes + size >= messageBytesMax) {
                sendFragment(message, true, encoded.subList(from, i));
                from = i;
                bytes = 0;
            }
            bytes += size;
        }
        sendFragment(message, false, encoded.subList(from, encoded.size()));
    }

    private void sendFragment(Events message, boolean more, List<byte[]> events) {
        call.sendMessage(reply(message.revision(), WatchBody.of(message.watchId(), more, events)));
    }

    private Reply reply(long revision, ResponseBody body) {
        return Reply.of(member.clusterId(), member.memberId(), revision, member.raftTerm(), body);
    }
}
