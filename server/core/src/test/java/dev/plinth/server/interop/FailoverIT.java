package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.PutRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * For how long nothing can be written after the leader was killed. Prints each time and the median.
 * {@code -Dplinth.failovers=50} is the measurement, for five members with {@code
 * -Dplinth.failover.members=5}; then the median has to be within two election timeouts.
 */
class FailoverIT {
    private static final int FAILOVERS = Integer.getInteger("plinth.failovers", 3);
    private static final int MEMBERS = Integer.getInteger("plinth.failover.members", 3);
    private static final int MEASUREMENT_MIN = 20;
    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long ATTEMPT_MILLIS = 100;

    @TempDir Path dir;

    private final List<ClusterNode> members = new ArrayList<>();

    @AfterEach
    void stop() {
        members.forEach(ClusterNode::close);
    }

    @Test
    void writesGoOnAfterTheLeaderWasKilled() {
        for (int i = 1; i <= MEMBERS; i++) {
            members.add(ClusterNode.plinth("m" + i, dir));
        }
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", List.of()));
        members.forEach(node -> node.process().awaitReady());
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < FAILOVERS; i++) {
            millis.add(failOver(i) / 1_000_000);
        }
        List<Long> sorted = millis.stream().sorted().toList();
        long median = sorted.get(sorted.size() / 2);
        System.out.printf(
                "%d members, no writes after the leader's loss for: median %d ms, least %d, most %d of %d%n",
                MEMBERS, median, sorted.getFirst(), sorted.getLast(), sorted.size());
        System.out.println("each: " + millis);
        if (FAILOVERS >= MEASUREMENT_MIN) {
            assertThat(median).isLessThanOrEqualTo(2 * ELECTION_TIMEOUT.toMillis());
        }
    }

    private long failOver(int number) {
        ClusterNode leader = null;
        while (leader == null) {
            members.forEach(ClusterNode::revision);
            leader = members.stream().filter(ClusterNode::isLeader).findFirst().orElse(null);
        }
        ClusterNode lost = leader;
        List<ClusterNode> others = members.stream().filter(node -> node != lost).toList();
        long start = System.nanoTime();
        lost.process().kill();
        for (int attempt = 0; !isPut(others.get(attempt % others.size()), number); attempt++) {
            assertThat(System.nanoTime() - start).as("no leader").isLessThan(LIMIT.toNanos());
        }
        long took = System.nanoTime() - start;
        lost.startAgain().process().awaitReady();
        return took;
    }

    private static boolean isPut(ClusterNode node, int number) {
        ByteString key = ByteString.copyFromUtf8("failover/" + number);
        try {
            var _ =
                    node.keys()
                            .withDeadlineAfter(ATTEMPT_MILLIS, TimeUnit.MILLISECONDS)
                            .put(PutRequest.newBuilder().setKey(key).setValue(key).build());
            return true;
        } catch (StatusRuntimeException _) {
            return false;
        }
    }
}
