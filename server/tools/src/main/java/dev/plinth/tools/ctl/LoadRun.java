package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.EtcdClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Many clients that put keys, each its next one when the last is answered, all together no faster
 * than a given rate. Clients share a few connections.
 */
final class LoadRun implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 16;

    /**
     * What came of it.
     *
     * @param count answered puts
     * @param elapsedNanos from the first to the last
     * @param slowestNanos longest time of a put
     * @param stddevSeconds how far the times lie apart
     * @param errors how often which error came
     */
    record Outcome(
            long count,
            long elapsedNanos,
            long slowestNanos,
            double stddevSeconds,
            Map<String, Integer> errors) {
        double perSecond() {
            return count * 1e9 / Math.max(1, elapsedNanos);
        }
    }

    private final List<EtcdClient> clients = new ArrayList<>();
    private final AtomicLong next = new AtomicLong();
    private final Map<String, Integer> errors = new TreeMap<>();
    private long count;
    private long slowestNanos;
    private double sumSeconds;
    private double sumSquares;

    LoadRun(ClientSettings settings, int clientCount) throws CallFailure {
        for (int i = 0; i < Math.min(CONNECTIONS_MAX, clientCount); i++) {
            clients.add(EtcdClient.connect(settings));
        }
    }

    /**
     * Puts keys until as many are written or the time is up.
     *
     * @param perSecond highest rate; 0 for as fast as it goes
     * @param keys the key of each put by its number
     */
    Outcome run(
            int clientCount,
            long total,
            long durationNanos,
            double perSecond,
            LongFunction<ByteString> keys,
            ByteString value)
            throws InterruptedException {
        long start = System.nanoTime();
        CountDownLatch running = new CountDownLatch(clientCount);
        for (int i = 0; i < clientCount; i++) {
            EtcdClient client = clients.get(i % clients.size());
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            work(client, start, total, durationNanos, perSecond, keys, value);
                        } finally {
                            running.countDown();
                        }
                    });
        }
        running.await();
        synchronized (this) {
            double mean = count == 0 ? 0 : sumSeconds / count;
            double variance = count == 0 ? 0 : Math.max(0, sumSquares / count - mean * mean);
            return new Outcome(
                    count,
                    System.nanoTime() - start,
                    slowestNanos,
                    Math.sqrt(variance),
                    new TreeMap<>(errors));
        }
    }

    private void work(
            EtcdClient client,
            long start,
            long total,
            long durationNanos,
            double perSecond,
            LongFunction<ByteString> keys,
            ByteString value) {
        while (true) {
            long number = next.getAndIncrement();
            long due = start + (perSecond == 0 ? 0 : (long) (number * 1e9 / perSecond));
            if (number >= total
                    || Math.max(due, System.nanoTime()) - start > durationNanos
                    || !awaitTime(due)) {
                return;
            }
            PutRequest request =
                    PutRequest.newBuilder().setKey(keys.apply(number)).setValue(value).build();
            long begin = System.nanoTime();
            try {
                client.call(KVGrpc.getPutMethod(), request, null);
                took(System.nanoTime() - begin);
            } catch (CallFailure e) {
                failed(e.text());
            }
        }
    }

    private static boolean awaitTime(long dueNanos) {
        long left = dueNanos - System.nanoTime();
        if (left <= 0) {
            return true;
        }
        try {
            return !new CountDownLatch(1).await(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized void took(long nanos) {
        double seconds = nanos / 1e9;
        count++;
        slowestNanos = Math.max(slowestNanos, nanos);
        sumSeconds += seconds;
        sumSquares += seconds * seconds;
    }

    private synchronized void failed(String error) {
        errors.merge(error, 1, Integer::sum);
    }

    @Override
    public void close() {
        clients.forEach(EtcdClient::close);
    }
}
