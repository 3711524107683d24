package dev.plinth.server.interop;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.mvccpb.KeyValue;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A client that writes one new key after the other all along, whichever members there are, and
 * remembers what was acknowledged.
 */
final class SteadyWriter implements AutoCloseable {
    private static final String PREFIX = "steady/";

    private final List<ClusterNode> nodes = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Set<String> acknowledged = new TreeSet<>();
    private final Thread thread = new Thread(this::run, "steady-writer");
    private volatile boolean isStopping;

    SteadyWriter(List<ClusterNode> nodes) {
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
            String key = PREFIX + "%08d".formatted(number);
            // The next member is asked when one refuses: the key is the same, so that is no harm.
            for (int turn = number; !isStopping && !isPut(key, turn); turn++) {
                Thread.onSpinWait();
            }
        }
    }

    private boolean isPut(String key, int turn) {
        ClusterNode node = nodes.get(turn % nodes.size());
        try {
            ByteString bytes = ByteString.copyFromUtf8(key);
            var _ = node.keys().put(PutRequest.newBuilder().setKey(bytes).setValue(bytes).build());
            synchronized (acknowledged) {
                acknowledged.add(key);
            }
            return true;
        } catch (StatusRuntimeException e) {
            failures.add(node + ": " + e.getStatus());
            return false;
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
                        .setKey(ByteString.copyFromUtf8(PREFIX))
                        .setRangeEnd(ByteString.copyFromUtf8("steady0"))
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
