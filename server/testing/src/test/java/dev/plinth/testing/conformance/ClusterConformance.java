package dev.plinth.testing.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.CallOptions;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeepAlive;
import dev.plinth.client.Lease;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Range;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import dev.plinth.server.interop.ClusterNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the client promises when members of three come and go. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
abstract class ClusterConformance {
    @TempDir Path dir;
    private final List<ClusterNode> members = new ArrayList<>();
    private PlinthClient client;

    abstract ClusterNode node(String name, Path root);

    @BeforeEach
    void start() {
        for (int i = 1; i <= 3; i++) {
            members.add(node("m" + i, dir));
        }
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", List.of()));
        members.forEach(node -> node.process().awaitReady());
        client =
                PlinthClient.of(members.stream().map(ClusterNode::endpoint).toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        client.close();
        members.forEach(ClusterNode::close);
    }

    private ClusterNode leader() {
        return members.stream().filter(ClusterNode::isLeader).findFirst().orElseThrow();
    }

    /** Puts go on until one is acknowledged; those without answer may be done or not. */
    private List<String> putUntilAcknowledged(String name) {
        List<String> sent = new ArrayList<>();
        PlinthClient hasty = client.with(CallOptions.DEFAULT.withDeadline(Duration.ofSeconds(5)));
        while (true) {
            String key = "k/" + name + "/" + sent.size();
            sent.add(key);
            try {
                hasty.kv().put(Bytes.of(key), Bytes.of(key));
                return sent;
            } catch (EtcdException.OutcomeUnknown
                    | EtcdException.Unavailable
                    | EtcdException.DeadlineExceeded _) {
                // The next one is another key, so that each is done once at most.
            }
        }
    }

    @Test
    void watchesAndLeasesOutliveTheLeader() {
        Lease lease = client.leases().grant(Duration.ofSeconds(20));
        try (WatchCursor watch = client.watches().open(WatchSpec.prefix(Bytes.of("k/")));
                KeepAlive alive = lease.keepAlive()) {
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            String last = "";
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 50; i++) {
                    last = putUntilAcknowledged(round + "-" + i).getLast();
                }
                ClusterNode leader = leader();
                leader.process().kill();
                last = putUntilAcknowledged(round + "-after").getLast();
                leader.startAgain().process().awaitReady();
            }
            assertEachStoredKeyWasToldOnce(new EventReader(watch), last);
            assertThat(alive.isAlive()).isTrue();
            assertThat(client.leases().info(lease.id(), false).left()).isPositive();
        }
    }

    private void assertEachStoredKeyWasToldOnce(EventReader events, String last) {
        Set<String> told = new HashSet<>();
        long revision = 0;
        String key;
        do {
            WatchItem event = events.next();
            key = event.key().utf8();
            assertThat(told.add(key)).as("first word of %s", key).isTrue();
            assertThat(event.revision()).isGreaterThan(revision);
            revision = event.revision();
        } while (!key.equals(last));
        Set<String> stored = new HashSet<>();
        client.kv()
                .range(Range.prefix(Bytes.of("k/")).at(revision).keysOnly())
                .items()
                .forEach(item -> stored.add(item.key().utf8()));
        assertThat(told).isEqualTo(stored);
    }

    /** The client has been told of one member alone, which then dies. */
    @Test
    void aClientThatListsMembersOutlivesTheOneItKnew() {
        String known = members.getFirst().endpoint();
        try (PlinthClient alone =
                PlinthClient.builder(known).autoSync(Duration.ofMillis(50)).build()) {
            alone.kv().put(Bytes.of("a"), Bytes.of("1"));
            while (alone.endpoints().size() < members.size()) {
                // A call that takes its time lies between any two looks.
                alone.cluster().members();
            }
            members.getFirst().process().kill();
            assertThat(alone.kv().get(Bytes.of("a")).orElseThrow().value())
                    .isEqualTo(Bytes.of("1"));
        }
    }

    @Test
    void readsGoOnWhileAMemberIsAway() {
        client.kv().put(Bytes.of("a"), Bytes.of("1"));
        members.getFirst().process().kill();
        for (int i = 0; i < 20; i++) {
            assertThat(client.kv().get(Bytes.of("a")).orElseThrow().value())
                    .isEqualTo(Bytes.of("1"));
        }
    }

    @Test
    void orderedReadsNeverGoBack() {
        PlinthClient ordered = client.ordered();
        long revision = 0;
        for (int i = 0; i < 100; i++) {
            long written = ordered.kv().put(Bytes.of("a"), Bytes.of("" + i)).header().revision();
            long read =
                    ordered.kv().range(Range.key(Bytes.of("a")).serializable()).header().revision();
            assertThat(read).isGreaterThanOrEqualTo(written).isGreaterThanOrEqualTo(revision);
            revision = read;
        }
    }
}
