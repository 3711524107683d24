package dev.plinth.server.interop;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.mvccpb.KeyValue;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that writes one new key after the other all along, whichever members there are, and
 * remembers what was acknowledged. It keeps a pace that leaves the processor to the members: what
 * is tested is what becomes of writes, not how many there are.
 */
final class SteadyWriter implements AutoCloseable {
    private static final int READ_EVERY = 8;
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private final String prefix;
    private final Duration deadline;
    private final List<String> staleReads = new CopyOnWriteArrayList<>();

    private final List<ClusterNode> nodes = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Set<String> acknowledged = new TreeSet<>();
    private final Thread thread = new Thread(this::run, "steady-writer");
    private volatile boolean isStopping;

    SteadyWriter(List<ClusterNode> nodes) {
        this(nodes, "steady/", Duration.ofSeconds(15));
    }

    /**
     * Starts to write.
     *
     * @param prefix of its keys; ends with a slash
     * @param deadline of each call
     */
    SteadyWriter(List<ClusterNode> nodes, String prefix, Duration deadline) {
        this.prefix = prefix;
        this.deadline = deadline;
        this.nodes.addAll(nodes);
        thread.start();
    }

    /** Uses these members from now on. */
    void use(List<ClusterNode> present) {
        nodes.addAll(present.stream().filter(node -> !nodes.contains(node)).toList());
        nodes.retainAll(present);
    }

    private void run() {
        for (int number = 0; !isStopping; number++) {
            String key = prefix + "%08d".formatted(number);
            LockSupport.parkNanos(PACE_NANOS);
            // The next member is asked when one refuses: the key is the same, so that is no harm.
            for (int turn = number; !isStopping && !isPut(key, turn); turn++) {
                LockSupport.parkNanos(PACE_NANOS);
            }
            if (number % READ_EVERY == 0 && !isStopping) {
                readBack(key, nodes.get((number / READ_EVERY) % nodes.size()));
            }
        }
    }

    private boolean isPut(String key, int turn) {
        ClusterNode node = nodes.get(turn % nodes.size());
        try {
            ByteString bytes = ByteString.copyFromUtf8(key);
            var _ = calls(node).put(PutRequest.newBuilder().setKey(bytes).setValue(bytes).build());
            synchronized (acknowledged) {
                acknowledged.add(key);
                acknowledged.notifyAll();
            }
            return true;
        } catch (StatusRuntimeException e) {
            failures.add(node + ": " + e.getStatus());
            return false;
        }
    }

    private KVGrpc.KVBlockingStub calls(ClusterNode node) {
        return node.keys().withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A linearizable read of what was acknowledged finds it at whichever member answers. */
    private void readBack(String key, ClusterNode node) {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        try {
            if (calls(node).range(request).getCount() == 0) {
                staleReads.add(key + " at " + node);
            }
        } catch (StatusRuntimeException e) {
            failures.add(node + ": read: " + e.getStatus());
        }
    }

    /** Acknowledged keys that a later read did not find. */
    List<String> staleReads() {
        return List.copyOf(staleReads);
    }

    /** Waits until so many more writes have been acknowledged. */
    void awaitMore(int count, Duration limit, String during) {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        synchronized (acknowledged) {
            int wanted = acknowledged.size() + count;
            while (acknowledged.size() < wanted) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError(
                            "%s: %d writes of %s are missing after %s"
                                    .formatted(
                                            during, wanted - acknowledged.size(), prefix, limit));
                }
                try {
                    acknowledged.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
            }
        }
    }

    int acknowledgedCount() {
        synchronized (acknowledged) {
            return acknowledged.size();
        }
    }

    /** What a member answered in place of an acknowledgement. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Acknowledged keys that a member does not have. */
    Set<String> missingAt(ClusterNode node) {
        Set<String> expected;
        synchronized (acknowledged) {
            expected = new TreeSet<>(acknowledged);
        }
        RangeRequest all =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix))
                        .setRangeEnd(ByteString.copyFromUtf8(prefix.replace('/', '0')))
                        .setKeysOnly(true)
                        .build();
        for (KeyValue found : node.keys().range(all).getKvsList()) {
            expected.remove(found.getKey().toStringUtf8());
        }
        return expected;
    }

    @Override
    public void close() {
        stop();
    }

    /** Stops writing; what is under way is finished first. */
    void stop() {
        isStopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the writer had stopped", e);
        }
    }
}
