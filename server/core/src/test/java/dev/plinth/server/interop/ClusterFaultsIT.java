package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults in clusters of three members, each on a host and a file system of its own, while clients
 * write and read back: the leader is killed, paused, cut off both ways and one way, its disk hangs;
 * with five members a follower fails along with it. During each fault writes go on; afterwards
 * nothing acknowledged is missing anywhere and all hashes agree.
 *
 * <p>{@code -Dplinth.fault.members=3,5} says how many members there are, one cluster after the
 * other; {@code -Dplinth.fault.rounds=N} repeats the list of faults, with more writes during each.
 */
class ClusterFaultsIT {
    private static final int ROUNDS = Integer.getInteger("plinth.fault.rounds", 1);
    private static final String SIZES = System.getProperty("plinth.fault.members", "3");
    private static final int WRITERS = 3;
    private static final int WRITES_DURING_FAULT = ROUNDS > 1 ? 10 : 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Short, since a member that is paused or cut off is asked in turn with the others. */
    private static final Duration CALL_LIMIT = Duration.ofMillis(500);

    @TempDir Path dir;

    private final List<LoopDisk> disks = new ArrayList<>();
    private final List<ClusterNode> members = new ArrayList<>();
    private final List<SteadyWriter> writers = new ArrayList<>();
    private @Nullable Namespaces network;

    private enum Fault {
        KILL,
        PAUSE,
        CUT_BOTH_WAYS,
        CUT_OUTGOING,
        CUT_INCOMING,
        HANGING_DISK
    }

    @AfterEach
    void stop() {
        writers.forEach(SteadyWriter::close);
        disks.forEach(LoopDisk::thaw);
        members.forEach(ClusterNode::close);
        disks.forEach(LoopDisk::close);
        Namespaces made = network;
        if (made != null) {
            made.close();
        }
    }

    static IntStream sizes() {
        return Arrays.stream(SIZES.split(",")).mapToInt(Integer::parseInt);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void aMinoritysFaultsLoseNothing(int count) {
        int failing = (count - 1) / 2;
        start(count);
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new SteadyWriter(members, "writer" + i + "/", CALL_LIMIT));
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (Fault fault : Fault.values()) {
                List<Integer> victims = victims(failing);
                Instant begin = Instant.now();
                begin(fault, victims);
                awaitProgress(fault + " at " + victims);
                Duration took = Duration.between(begin, Instant.now());
                end(fault, victims);
                // All have caught up when they answer a linearizable read.
                members.forEach(ClusterNode::revision);
                System.out.printf(
                        "%d members, %s at %s: %d writes of each of %d writers took %d ms%n",
                        count, fault, victims, WRITES_DURING_FAULT, WRITERS, took.toMillis());
            }
        }
        writers.forEach(SteadyWriter::stop);
        for (ClusterNode node : members) {
            node.revision();
            for (SteadyWriter writer : writers) {
                assertThat(writer.missingAt(node)).as("acknowledged, not at %s", node).isEmpty();
            }
        }
        assertThat(writers).allSatisfy(writer -> assertThat(writer.staleReads()).isEmpty());
        ClusterNode.assertSameHash(members);
    }

    private void start(int count) {
        Namespaces made = Namespaces.make(count);
        network = made;
        for (int i = 0; i < count; i++) {
            LoopDisk disk = LoopDisk.mount(dir, "disk" + i);
            disks.add(disk);
            members.add(ClusterNode.plinthOn(made, i, "m" + i, disk.folder()));
        }
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", List.of()));
        members.forEach(node -> node.process().awaitReady());
    }

    /** The leader, and followers after it. */
    private List<Integer> victims(int count) {
        Instant limit = Instant.now().plus(LIMIT);
        while (true) {
            members.getFirst().revision();
            for (int i = 0; i < members.size(); i++) {
                if (members.get(i).isLeader()) {
                    int leader = i;
                    return IntStream.range(0, count)
                            .mapToObj(offset -> (leader + offset) % members.size())
                            .toList();
                }
            }
            assertThat(Instant.now()).as("no leader").isBefore(limit);
        }
    }

    private void begin(Fault fault, List<Integer> victims) {
        for (int victim : victims) {
            switch (fault) {
                case KILL -> members.get(victim).process().kill();
                case PAUSE -> members.get(victim).process().pause();
                case HANGING_DISK -> disks.get(victim).freeze();
                case CUT_BOTH_WAYS -> cut(victim, true, true);
                case CUT_OUTGOING -> cut(victim, true, false);
                case CUT_INCOMING -> cut(victim, false, true);
            }
        }
    }

    private void cut(int victim, boolean isOutgoing, boolean isIncoming) {
        for (int other = 0; other < members.size(); other++) {
            if (other != victim && isOutgoing) {
                network().cut(victim, other);
            }
            if (other != victim && isIncoming) {
                network().cut(other, victim);
            }
        }
    }

    private void end(Fault fault, List<Integer> victims) {
        network().heal();
        for (int victim : victims) {
            ClusterNode node = members.get(victim);
            switch (fault) {
                case KILL -> node.startAgain().process().awaitReady();
                case PAUSE -> node.process().resume();
                case HANGING_DISK -> disks.get(victim).thaw();
                case CUT_BOTH_WAYS, CUT_OUTGOING, CUT_INCOMING -> {
                    // Healed above.
                }
            }
        }
    }

    private Namespaces network() {
        return Objects.requireNonNull(network);
    }

    private void awaitProgress(String during) {
        for (SteadyWriter writer : writers) {
            writer.awaitMore(WRITES_DURING_FAULT, LIMIT, during);
        }
    }
}
