package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Peers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of the real etcd 3.5 becomes one of Plinth and etcd's again, member by member, while a
 * client writes.
 *
 * <p>At each step a member of the other kind is added as learner by etcdctl, gets the others' state
 * by snapshot, is promoted, and an old member is removed. At each step all voters have the same
 * HashKV, and at the end nothing that was acknowledged is missing.
 */
class MixedClusterIT {
    private static final Duration STEP_LIMIT = Duration.ofSeconds(30);
    private static final long RETRY_NANOS = 200_000_000L;
    private static final List<String> AS_35 = List.of("--compat-version=3.5");

    /** Soon past what followers are sent from the log, so that newcomers get a snapshot. */
    private static final List<String> ETCD_FLAGS = List.of("--snapshot-count=50");

    private static final List<String> PLINTH_FLAGS =
            List.of("--snapshot-count=50", "--snapshot-catchup-entries=50");

    @TempDir Path dir;

    private final List<ClusterNode> started = new ArrayList<>();
    private final List<ClusterNode> members = new ArrayList<>();
    private int nodesMade;

    @AfterEach
    void stop() {
        started.forEach(ClusterNode::close);
    }

    @Test
    void etcdBecomesPlinthUnderTheVersionOf35AndEtcdAgain() throws Exception {
        startThreeOfEtcd();
        try (SteadyWriter writer = new SteadyWriter(members)) {
            for (int i = 1; i <= 3; i++) {
                replaceFirstBy(plinth(), AS_35, writer);
            }
            assertThat(clusterVersion()).isEqualTo("3.5.0");
            for (int i = 1; i <= 3; i++) {
                replaceFirstBy(etcd(), List.of(), writer);
            }
            assertThat(clusterVersion()).isEqualTo("3.5.0");
            assertNothingLost(writer);
        }
        // The cluster is wholly etcd's: each member starts on what it has.
        members.forEach(node -> node.process().stop());
        members.forEach(ClusterNode::startAgain);
        members.forEach(node -> node.process().awaitReady());
        ClusterNode.assertSameHash(members);
    }

    /** The way back is open as long as one member of etcd keeps the cluster's version down. */
    @Test
    void underTheDefaultVersionTheLastOfEtcdKeepsTheWayBackOpen() throws Exception {
        startThreeOfEtcd();
        try (SteadyWriter writer = new SteadyWriter(members)) {
            replaceFirstBy(plinth(), List.of(), writer);
            replaceFirstBy(plinth(), List.of(), writer);
            assertThat(clusterVersion()).isEqualTo("3.5.0");
            ClusterNode lastOfEtcd = members.removeFirst();
            members.addLast(lastOfEtcd);
            replaceFirstBy(etcd(), List.of(), writer);
            ClusterNode lastOfPlinth = members.removeFirst();
            members.addLast(lastOfPlinth);
            assertThat(clusterVersion()).isEqualTo("3.5.0");
            replaceFirstBy(plinth(), List.of(), writer);
            replaceFirstBy(plinth(), List.of(), writer);
            members.getFirst().process().awaitLine("updated cluster version");
            assertNothingLost(writer);
        }
        assertThat(clusterVersion()).isEqualTo("3.7.0");
        ClusterNode tooOld = etcd();
        add(tooOld);
        tooOld.start(ClusterNode.cluster(withNewcomer(tooOld)), "existing", ETCD_FLAGS);
        assertThat(tooOld.process().awaitExit()).isNotZero();
        assertThat(tooOld.process().log())
                .anyMatch(line -> line.contains("incompatible with current running cluster"));
    }

    private void startThreeOfEtcd() {
        for (int i = 1; i <= 3; i++) {
            members.add(etcd());
        }
        String founders = ClusterNode.cluster(members);
        members.forEach(node -> node.start(founders, "new", ETCD_FLAGS));
        members.forEach(node -> node.process().awaitReady());
    }

    private ClusterNode etcd() {
        return added(ClusterNode.etcd("e" + ++nodesMade, dir));
    }

    private ClusterNode plinth() {
        return added(ClusterNode.plinth("p" + ++nodesMade, dir));
    }

    private void replaceFirstBy(ClusterNode newcomer, List<String> flags, SteadyWriter writer) {
        join(newcomer, flags);
        members.add(newcomer);
        writer.use(members);
        ClusterNode.assertSameHash(members);
        ClusterNode leaver = members.getFirst();
        leave(leaver);
        members.remove(leaver);
        writer.use(members);
        ClusterNode.assertSameHash(members);
    }

    private String clusterVersion() {
        return Http.get(members.getFirst().endpoint(), "/version")
                .replaceAll(".*\"etcdcluster\":\"([^\"]*)\".*\\s*", "$1");
    }

    private void assertNothingLost(SteadyWriter writer) {
        writer.stop();
        System.out.printf(
                "%s: %d writes acknowledged, %d refused on the way%n",
                members, writer.acknowledgedCount(), writer.failures().size());
        assertThat(writer.acknowledgedCount()).isPositive();
        for (ClusterNode node : members) {
            node.revision();
            assertThat(writer.missingAt(node)).as("acknowledged, not at %s", node).isEmpty();
        }
        assertThat(members.stream().anyMatch(ClusterNode::isLeader)).isTrue();
        assertThat(writer.failures())
                .as("refusals beyond changes of leader and of members")
                .allMatch(failure ->
                        failure.contains("UNAVAILABLE")
                                || failure.contains("leader")
                                // A member of etcd says one thing or another as it is removed.
                                || failure.startsWith("e")
                                || failure.contains("DEADLINE_EXCEEDED"));
    }

    private ClusterNode added(ClusterNode node) {
        started.add(node);
        return node;
    }

    private void add(ClusterNode newcomer) {
        etcdctl(
                members,
                "member",
                "add",
                newcomer.name(),
                "--learner",
                "--peer-urls=" + newcomer.peerUrl());
    }

    private List<ClusterNode> withNewcomer(ClusterNode newcomer) {
        List<ClusterNode> all = new ArrayList<>(members);
        all.add(newcomer);
        return all;
    }

    private void join(ClusterNode newcomer, List<String> flags) {
        add(newcomer);
        List<String> allFlags = new ArrayList<>(newcomer.isEtcd() ? ETCD_FLAGS : PLINTH_FLAGS);
        allFlags.addAll(flags);
        newcomer.start(ClusterNode.cluster(withNewcomer(newcomer)), "existing", allFlags);
        newcomer.process().awaitReady();
        assertThat(newcomer.process().log()).anyMatch(line -> line.contains("applied snapshot"));
        etcdctl(members, "member", "promote", Long.toHexString(newcomer.id()));
        awaitVote(newcomer);
    }

    /** The promotion is answered by the leader; the newcomer hears of it a moment later. */
    private static void awaitVote(ClusterNode newcomer) {
        Instant limit = Instant.now().plus(STEP_LIMIT);
        while (newcomer.status().getIsLearner()) {
            assertThat(Instant.now()).as("%s has no vote", newcomer).isBefore(limit);
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private void leave(ClusterNode leaver) {
        String id = Long.toHexString(leaver.id());
        List<ClusterNode> others = members.stream().filter(node -> node != leaver).toList();
        etcdctl(others, "member", "remove", id);
        leaver.process().awaitExit();
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
}
