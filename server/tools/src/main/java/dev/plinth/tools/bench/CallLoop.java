package dev.plinth.tools.bench;

import dev.plinth.tools.client.CallFailure;
import dev.plinth.walio.io.Clock;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * Logical clients, each of which makes its next call when its last one has ended, as far as the
 * pace allows. A client lives on the thread of its connection, as do the latencies that it notes:
 * no lock and no hand-off, and only the call itself is measured.
 */
final class CallLoop {
    /** What is called. */
    @FunctionalInterface
    interface Requests {
        /**
         * The next call.
         *
         * @param client which client makes it
         * @param number of the call, from 0
         */
        Call<?> next(int client, long number, RandomGenerator random);
    }

    private final Lanes lanes;
    private final Clock clock;
    private final Pace pace;
    private final Requests requests;
    private final long total;
    private final int kinds;
    private final List<Latencies[]> latencies = new ArrayList<>();
    private final AtomicLong begun = new AtomicLong();
    private final LongAdder ended = new LongAdder();

    /**
     * A run.
     *
     * @param total how many calls are made
     * @param kinds how many kinds of calls there are
     */
    CallLoop(Lanes lanes, Clock clock, Pace pace, Requests requests, long total, int kinds) {
        this.lanes = lanes;
        this.clock = clock;
        this.pace = pace;
        this.requests = requests;
        this.total = total;
        this.kinds = kinds;
        for (int i = 0; i < lanes.count(); i++) {
            latencies.add(fresh());
        }
    }

    private Latencies[] fresh() {
        Latencies[] ofKinds = new Latencies[kinds];
        for (int i = 0; i < kinds; i++) {
            ofKinds[i] = new Latencies();
        }
        return ofKinds;
    }

    /** How many calls have ended so far. Any thread. */
    long done() {
        return ended.sum();
    }

    /** Makes the calls; returns the latencies of each kind. */
    Latencies[] run(int clients, Waiting waiting) throws InterruptedException {
        CountDownLatch working = new CountDownLatch(clients);
        SplittableRandom seeds = new SplittableRandom(1);
        for (int i = 0; i < clients; i++) {
            Client client = new Client(i, lanes.line(i), seeds.split(), working);
            client.loop.execute(client::next);
        }
        waiting.await(working, this::done, total);
        Latencies[] merged = fresh();
        for (Latencies[] ofLane : latencies) {
            for (int kind = 0; kind < kinds; kind++) {
                merged[kind].add(ofLane[kind]);
            }
        }
        return merged;
    }

    private final class Client extends ClientCall.Listener<Boolean> {
        private final int index;
        private final EventLoop loop;
        private final Channel channel;
        private final Latencies[] notes;
        private final RandomGenerator random;
        private final CountDownLatch working;
        private Latencies note;
        private long beginNanos;
        private long answeredNanos;
        private boolean isEndAtAnswer;

        Client(int index, Lanes.Line line, RandomGenerator random, CountDownLatch working) {
            this.index = index;
            this.loop = line.loop();
            this.channel = line.client().direct();
            this.notes = latencies.get(line.lane());
            this.note = notes[0];
            this.random = random;
            this.working = working;
        }

        void next() {
            long number = begun.getAndIncrement();
            if (number >= total) {
                working.countDown();
                return;
            }
            long now = clock.monotonicNanos();
            long due = pace.reserve(now);
            if (due - now > 0) {
                var _ = loop.schedule(() -> begin(number, due), due - now, TimeUnit.NANOSECONDS);
            } else {
                begin(number, due);
            }
        }

        private void begin(long number, long due) {
            Call<?> call = requests.next(index, number, random);
            note = notes[call.kind()];
            beginNanos = pace.isSteady() ? due : clock.monotonicNanos();
            start(call);
        }

        private <Q> void start(Call<Q> call) {
            isEndAtAnswer = call.method().getType() == MethodType.BIDI_STREAMING;
            ClientCall<Q, Boolean> started = channel.newCall(call.method(), CallOptions.DEFAULT);
            started.start(this, new Metadata());
            started.request(Integer.MAX_VALUE);
            started.sendMessage(call.request());
            started.halfClose();
        }

        @Override
        public void onMessage(Boolean answer) {
            answeredNanos = clock.monotonicNanos();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
                note.record(beginNanos, isEndAtAnswer ? answeredNanos : clock.monotonicNanos());
            } else {
                note.failed(CallFailure.of(status).text());
            }
            ended.increment();
            if (status.isOk()) {
                next();
            } else {
                // A call that fails at once would otherwise grow the stack.
                loop.execute(this::next);
            }
        }
    }
}
