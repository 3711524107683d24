package dev.plinth.tools.bench;

import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Logical clients whose work is several calls in a row, each client on a virtual thread. Works like
 * {@link CallLoop} otherwise.
 */
final class BlockingLoop {
    /** What a client does once. */
    @FunctionalInterface
    interface Work {
        void run(EtcdClient client, int index) throws CallFailure, InterruptedException;
    }

    private final BenchSession session;
    private final long total;
    private final Pace pace;
    private final AtomicLong begun = new AtomicLong();
    private final LongAdder ended = new LongAdder();

    BlockingLoop(BenchSession session, long total) throws ToolFailure {
        this.session = session;
        this.total = total;
        this.pace = session.pace();
    }

    /** Does the work as often as wanted, and prints the report. */
    void run(String name, Work work) throws InterruptedException {
        long start = session.clock().monotonicNanos();
        int clients = session.clients();
        CountDownLatch working = new CountDownLatch(clients);
        List<Latencies> notes = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int index = i;
            Latencies own = new Latencies();
            notes.add(own);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            repeat(session.lanes().line(index).client(), index, work, own);
                        } finally {
                            working.countDown();
                        }
                    });
        }
        session.waiting().await(working, ended::sum, total);
        long elapsed = session.clock().monotonicNanos() - start;
        Latencies all = new Latencies();
        notes.forEach(all::add);
        session.report().add("", new Section(name, all, elapsed));
    }

    private void repeat(EtcdClient client, int index, Work work, Latencies notes) {
        while (begun.getAndIncrement() < total) {
            long now = session.clock().monotonicNanos();
            long due = pace.reserve(now);
            if (due > now) {
                EtcdClient.pause(due - now);
            }
            long begin = pace.isSteady() ? due : session.clock().monotonicNanos();
            try {
                work.run(client, index);
                notes.record(begin, session.clock().monotonicNanos());
            } catch (CallFailure e) {
                notes.failed(e.text());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            ended.increment();
        }
    }
}
