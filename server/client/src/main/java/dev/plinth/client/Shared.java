package dev.plinth.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** What all views of a client have in common. */
final class Shared implements AutoCloseable {
    private final Connection connection;
    private final Calls calls;
    private final long watchBufferBytes;
    private final Map<CallOptions, WatchHub> watches = new ConcurrentHashMap<>();
    private final Map<CallOptions, KeepAliveHub> renewals = new ConcurrentHashMap<>();

    private final CountDownLatch closed = new CountDownLatch(1);

    private Shared(Connection connection, Calls calls, long watchBufferBytes) {
        this.connection = connection;
        this.calls = calls;
        this.watchBufferBytes = watchBufferBytes;
    }

    static Shared open(ClientSettings settings) {
        Connection connection = Connection.open(settings);
        return new Shared(
                connection,
                new Calls(connection, settings, RandomGenerator.getDefault()),
                settings.watchBufferBytes());
    }

    Connection connection() {
        return connection;
    }

    Calls calls() {
        return calls;
    }

    /** The watches of all views whose streams can be one. */
    WatchHub watches(CallOptions options) {
        return watches.computeIfAbsent(
                options.ofStreams(), same -> new WatchHub(calls, same, watchBufferBytes));
    }

    /** The renewals of all views whose streams can be one. */
    KeepAliveHub renewals(CallOptions options) {
        return renewals.computeIfAbsent(
                options.ofStreams(), same -> new KeepAliveHub(calls, same, System::nanoTime));
    }

    /** Does something again and again, until the client is closed. */
    void repeat(Duration every, Runnable task) {
        connection
                .executor()
                .execute(() -> {
                    try {
                        while (!closed.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
                            attempt(task);
                        }
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private static void attempt(Runnable task) {
        try {
            task.run();
        } catch (EtcdException | IllegalArgumentException _) {
            // Nobody waits for it, and the next time may go better.
        }
    }

    @Override
    public void close() {
        closed.countDown();
        watches.values().forEach(WatchHub::close);
        renewals.values().forEach(KeepAliveHub::close);
        connection.close();
    }
}
