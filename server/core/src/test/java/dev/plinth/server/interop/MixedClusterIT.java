package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Peers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of the real etcd 3.5 becomes one of Plinth, member by member, while a client writes.
 *
 * <p>At each step a Plinth member is added as learner by etcdctl, gets the others' state by
 * snapshot, is promoted, and an etcd member is removed. At each step all voters have the same
 * HashKV, and at the end nothing that was acknowledged is missing.
 */
class MixedClusterIT {
    private static final Duration STEP_LIMIT = Duration.ofSeconds(30);
    private static final long RETRY_NANOS = 200_000_000L;

    @TempDir Path dir;

    private final List<ClusterNode> started = new ArrayList<>();

    @Test
    void etcdBecomesPlinthUnderTheVersionOf35() throws Exception {
        migrate(List.of("--compat-version=3.5"));
    }

    @Test
    void etcdBecomesPlinthUnderTheDefaultVersion() throws Exception {
        migrate(List.of());
    }

    private void migrate(List<String> plinthFlags) throws Exception {
        List<ClusterNode> members = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            members.add(added(ClusterNode.etcd("e" + i, dir)));
        }
        String founders = ClusterNode.cluster(members);
        // Soon past what followers are sent from the log, so that newcomers get a snapshot.
        members.forEach(node -> node.start(founders, "new", List.of("--snapshot-count=50")));
        members.forEach(node -> node.process().awaitReady());
        try (SteadyWriter writer = new SteadyWriter(members)) {
            for (int i = 1; i <= 3; i++) {
                ClusterNode newcomer = added(ClusterNode.plinth("p" + i, dir));
                join(newcomer, members, plinthFlags);
                members.add(newcomer);
                writer.use(members);
                assertSameHash(members);
                ClusterNode leaver = members.getFirst();
                if (i == 3) {
                    assertThat(members.stream().anyMatch(ClusterNode::isLeader)).isTrue();
                }
                leave(leaver, members);
                members.remove(leaver);
                writer.use(members);
                assertSameHash(members);
            }
            writer.stop();
            System.out.printf(
                    "%s: %d writes acknowledged, %d refused on the way%n",
                    plinthFlags, writer.acknowledgedCount(), writer.failures().size());
            assertThat(writer.acknowledgedCount()).isPositive();
            for (ClusterNode node : members) {
                node.revision();
                assertThat(writer.missingAt(node)).as("acknowledged, not at %s", node).isEmpty();
            }
            assertThat(writer.failures())
                    .as("refusals beyond changes of leader and of members")
                    .allMatch(failure ->
                            failure.contains("UNAVAILABLE")
                                    || failure.contains("leader")
                                    // A member of etcd says one thing or another as it is removed.
                                    || failure.startsWith("e")
                                    || failure.contains("DEADLINE_EXCEEDED"));
        } finally {
            started.forEach(ClusterNode::close);
        }
    }

    private ClusterNode added(ClusterNode node) {
        started.add(node);
        return node;
    }

    private void join(ClusterNode newcomer, List<ClusterNode> members, List<String> flags) {
        etcdctl(
                members,
                "member",
                "add",
                newcomer.name(),
                "--learner",
                "--peer-urls=" + newcomer.peerUrl());
        List<ClusterNode> all = new ArrayList<>(members);
        all.add(newcomer);
        newcomer.start(ClusterNode.cluster(all), "existing", flags);
        newcomer.process().awaitReady();
        assertThat(newcomer.process().log()).anyMatch(line -> line.contains("applied snapshot"));
        etcdctl(members, "member", "promote", Long.toHexString(newcomer.id()));
    }

    private static void leave(ClusterNode leaver, List<ClusterNode> members) {
        String id = Long.toHexString(leaver.id());
        List<ClusterNode> others = members.stream().filter(node -> node != leaver).toList();
        etcdctl(others, "member", "remove", id);
        leaver.process().awaitExit();
        assertThat(members).contains(leaver);
    }

    /** Repeats a change that the cluster refuses for now: its members must be connected 5 s. */
    private static void etcdctl(List<ClusterNode> through, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Peers.etcdctl().toString());
        command.add(
                "--endpoints="
                        + String.join(",", through.stream().map(ClusterNode::endpoint).toList()));
        command.addAll(List.of(arguments));
        Instant limit = Instant.now().plus(STEP_LIMIT);
        CommandRun run = CommandRun.of(command.toArray(String[]::new));
        while (run.exitCode() != 0 && isRefusedForNow(run) && Instant.now().isBefore(limit)) {
            LockSupport.parkNanos(RETRY_NANOS);
            run = CommandRun.of(command.toArray(String[]::new));
        }
        run.succeeded();
    }

    private static boolean isRefusedForNow(CommandRun run) {
        return run.stderr().contains("unhealthy cluster")
                || run.stderr().contains("not enough started members")
                || run.stderr().contains("in sync with leader")
                || run.stderr().contains("leader");
    }

    private static void assertSameHash(List<ClusterNode> members) {
        long revision = Long.MAX_VALUE;
        for (ClusterNode node : members) {
            revision = Math.min(revision, node.revision());
        }
        int expected = members.getFirst().hash(revision);
        for (ClusterNode node : members) {
            assertThat(node.hash(revision))
                    .as("hash of %s at %d", node, revision)
                    .isEqualTo(expected);
        }
    }
}
