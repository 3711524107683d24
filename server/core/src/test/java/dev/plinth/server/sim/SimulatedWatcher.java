package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.mvcc.watch.WatchEvents;
import dev.plinth.mvcc.watch.WatchRequest;
import dev.plinth.mvcc.watch.WatchSink;
import dev.plinth.mvcc.watch.WatchStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who wants every change of some keys from a revision on, whatever happens: takes what a
 * member sends, at its own pace, and when the member ends goes on at another one behind what it
 * has.
 */
final class SimulatedWatcher {
    /** What a response carries. */
    private sealed interface Response {
        record Events(WatchEvents events, long revision) implements Response {}

        record Progress(long revision) implements Response {}

        record Compacted(long revision) implements Response {}
    }

    /** A stretch of history without a gap; a compaction may end it. */
    static final class Stretch {
        private final long from;
        private final List<Event> events = new ArrayList<>();
        private long to = Long.MAX_VALUE;

        private Stretch(long from) {
            this.from = from;
        }

        /** First revision. */
        long from() {
            return from;
        }

        /** Revision before which everything was delivered; the greatest number while it goes on. */
        long to() {
            return to;
        }

        List<Event> events() {
            return events;
        }
    }

    private static final int ROOM = 3;
    private static final long ON_THE_WAY_NANOS = 400_000;
    private static final long PACE_NANOS = 20_000_000;

    private final int number;
    private final Timeline time;
    private final RandomGenerator random;
    private final SimulatedMember[] members;
    private final History history;
    private final ByteString key;
    private final ByteString end;
    private final boolean wantsPrevious;
    private final boolean isNoPut;
    private final boolean isNoDelete;
    private final List<Stretch> stretches = new ArrayList<>();

    /** Next revision that is wanted; 0 before the first watch of "from now on" exists. */
    private long next;

    private @Nullable Session session;
    private boolean isSteady;

    SimulatedWatcher(
            int number,
            Timeline time,
            SimulationOptions options,
            SimulatedMember[] members,
            History history) {
        this.number = number;
        this.time = time;
        this.random = SimulationOptions.generator(options.seed(), 300 + number);
        this.members = members;
        this.history = history;
        int kind = random.nextInt(6);
        String first =
                kind < 2 ? "k%02d".formatted(random.nextInt(options.keys())) : kind < 5 ? "k" : "r";
        this.key = ByteString.copyFromUtf8(first);
        this.end =
                ByteString.copyFromUtf8(
                        kind < 2 ? "" : random.nextInt(4) == 0 ? "z" : kind < 5 ? "l" : "s");
        this.wantsPrevious = random.nextBoolean();
        this.isNoPut = random.nextInt(10) == 0;
        this.isNoDelete = !isNoPut && random.nextInt(10) == 0;
    }

    ByteString key() {
        return key;
    }

    ByteString end() {
        return end;
    }

    boolean wantsPrevious() {
        return wantsPrevious;
    }

    /** Whether it wants a kind of change. */
    boolean wants(boolean isDelete) {
        return isDelete ? !isNoDelete : !isNoPut;
    }

    List<Stretch> stretches() {
        return stretches;
    }

    /** Everything below this revision was delivered. */
    long next() {
        return next;
    }

    void start() {
        int kind = random.nextInt(3);
        long offset = 1L + random.nextInt(60);
        if (kind > 0) {
            next = Math.max(1, history.highestRevision() + (kind == 1 ? -offset : offset));
            begin(next);
        }
        time.after(random.nextLong(PACE_NANOS), this::open);
        time.after(SimulationOptions.SECOND, this::fidget);
    }

    private void begin(long from) {
        stretches.add(new Stretch(from));
    }

    /** From now on it stays where it is. */
    void steady() {
        isSteady = true;
    }

    private void fidget() {
        if (isSteady) {
            return;
        }
        Session present = session;
        if (present != null) {
            if (random.nextInt(4) == 0) {
                present.close();
                reopen();
            } else {
                present.askForProgress();
            }
        }
        time.after(random.nextLong(3 * SimulationOptions.SECOND), this::fidget);
    }

    /** Asks to be told how far it is. */
    void askForProgress() {
        Session present = session;
        if (present != null) {
            present.askForProgress();
        }
    }

    private void reopen() {
        session = null;
        time.after(random.nextLong(10 * PACE_NANOS), this::open);
    }

    private void open() {
        SimulatedMember member = members[random.nextInt(members.length)];
        if (session != null) {
            return;
        }
        if (!member.isUp()) {
            reopen();
            return;
        }
        Session opened = new Session(member);
        session = opened;
        member.onEnd(() -> opened.lost());
        member.run(member.life(), opened::create);
    }

    // --- what arrives ---

    private void arrived(Session from, Response response, List<Event> events) {
        if (session != from) {
            return;
        }
        switch (response) {
            case Response.Events(var _, long revision) -> take(events, revision);
            case Response.Progress(long revision) -> {
                require(revision + 1 >= next, "progress goes back to " + revision);
                next = revision + 1;
            }
            case Response.Compacted(long revision) -> {
                require(
                        revision > next,
                        "compaction at %d ends a watch at %d".formatted(revision, next));
                stretches.getLast().to = next;
                next = revision;
                begin(next);
                from.close();
                reopen();
            }
        }
        time.fact(7000 + number, next, events.size());
    }

    private void take(List<Event> events, long revision) {
        long first = events.getFirst().getKv().getModRevision();
        long last = events.getLast().getKv().getModRevision();
        require(first >= next, "event of revision %d after %d".formatted(first, next - 1));
        require(revision >= last, "header at %d with an event at %d".formatted(revision, last));
        long before = first;
        for (Event event : events) {
            long at = event.getKv().getModRevision();
            require(at >= before, "event of revision %d behind %d".formatted(at, before));
            before = at;
        }
        stretches.getLast().events.addAll(events);
        next = last + 1;
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new Violation("watch", "watcher " + number + ": " + otherwise);
        }
    }

    /** One stream to one life of a member. */
    private final class Session implements WatchSink {
        private final SimulatedMember member;
        private final int life;
        private final Deque<Response> queue = new ArrayDeque<>();
        private @Nullable WatchStream stream;
        private long watchId;
        private long lastArrival;
        private boolean isRefusing;
        private boolean isSending;

        Session(SimulatedMember member) {
            this.member = member;
            this.life = member.life();
        }

        void create() {
            WatchStream opened = member.up().store().watchHub().open(this);
            stream = opened;
            watchId =
                    opened.watch(
                            new WatchRequest(
                                    0,
                                    key.toByteArray(),
                                    end.isEmpty() ? null : end.toByteArray(),
                                    next,
                                    isNoPut,
                                    isNoDelete));
        }

        void close() {
            WatchStream open = stream;
            if (open != null) {
                member.run(life, open::close);
            }
        }

        void lost() {
            if (session == this) {
                reopen();
            }
        }

        void askForProgress() {
            WatchStream open = stream;
            if (open != null) {
                member.run(life, () -> open.requestProgress(watchId));
            }
        }

        @Override
        public void created(long id, long currentRevision) {
            if (next == 0) {
                next = currentRevision + 1;
                begin(next);
            }
        }

        @Override
        public boolean events(long id, WatchEvents events, long revision) {
            if (queue.size() >= ROOM) {
                isRefusing = true;
                return false;
            }
            queue.add(new Response.Events(events, revision));
            return true;
        }

        @Override
        public boolean progress(long id, long revision) {
            if (queue.size() >= ROOM) {
                return false;
            }
            queue.add(new Response.Progress(revision));
            return true;
        }

        @Override
        public boolean compacted(long id, long compactRevision) {
            queue.add(new Response.Compacted(compactRevision));
            return true;
        }

        @Override
        public void flush() {
            if (!queue.isEmpty() && !isSending) {
                isSending = true;
                time.after(random.nextLong(PACE_NANOS), () -> member.run(life, this::send));
            }
        }

        private void send() {
            isSending = false;
            Response response = queue.poll();
            if (response == null) {
                return;
            }
            List<Event> events =
                    response instanceof Response.Events(WatchEvents found, var _)
                            ? parsed(found)
                            : List.of();
            lastArrival = Math.max(lastArrival + 1, time.now() + random.nextLong(ON_THE_WAY_NANOS));
            time.after(lastArrival - time.now(), () -> arrived(this, response, events));
            if (isRefusing) {
                isRefusing = false;
                WatchStream open = stream;
                if (open != null) {
                    open.resume();
                }
            }
            flush();
        }

        private List<Event> parsed(WatchEvents events) {
            List<byte[]> encoded =
                    wantsPrevious
                            ? events.encodedWithPrevious(member.up().store())
                            : events.encoded();
            List<Event> parsed = new ArrayList<>();
            for (byte[] event : encoded) {
                try {
                    parsed.add(Event.parseFrom(event));
                } catch (InvalidProtocolBufferException e) {
                    throw new Violation("wire form", e);
                }
            }
            return parsed;
        }
    }
}
