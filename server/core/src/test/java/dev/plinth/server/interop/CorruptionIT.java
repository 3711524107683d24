package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.walio.peers.Peers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member whose database was changed behind its back is found by the others. */
class CorruptionIT {
    private static final String TRUE_VALUE = "the value that was acknowledged";
    private static final String FALSE_VALUE = "a value that nobody ever wrote.";

    @TempDir Path dir;

    private final List<ClusterNode> members = new ArrayList<>();

    @AfterEach
    void stop() {
        members.forEach(ClusterNode::close);
    }

    @Test
    void aChangedValueIsFoundAtTheStartByACompactionAndByTheLeader() throws IOException {
        members.add(ClusterNode.plinth("m1", dir));
        members.add(ClusterNode.plinth("m2", dir));
        members.add(ClusterNode.plinth("m3", dir));
        String cluster = ClusterNode.cluster(members);
        List<String> ofCompactions =
                List.of("--feature-gates=CompactHashCheck=true", "--compact-hash-check-time=500ms");
        members.forEach(node -> node.start(cluster, "new", ofCompactions));
        members.forEach(node -> node.process().awaitReady());
        ClusterNode leader = members.getFirst();
        leader.putPatiently(ByteString.copyFromUtf8("k"), ByteString.copyFromUtf8(TRUE_VALUE));
        ClusterNode changed = members.get(1);
        changed.revision();
        changed.process().stop();
        change(dir.resolve("m2/member/snap/db"));

        changed.start(cluster, "new", List.of("--feature-gates=InitialCorruptCheck=true"));
        assertThat(changed.process().awaitExit()).isEqualTo(1);
        assertThat(changed.process().log())
                .anyMatch(line -> line.contains("found data inconsistency with peers"));

        changed.start(cluster, "new", ofCompactions);
        changed.process().awaitReady();
        ctl(members, "move-leader", Long.toHexString(leader.id()));
        ctl(members, "compact", String.valueOf(changed.revision()));
        leader.process().awaitLine("found different hash of a compaction");
        leader.process().awaitLine("alarm raised");
        assertAlarmStopsTheClusterUntilItIsTakenAway(leader, changed);

        changed.startAgain().process().awaitReady();
        leader.process().stop();
        leader.start(cluster, "new", List.of("--corrupt-check-time=500ms"));
        leader.process().awaitReady();
        ctl(members, "move-leader", Long.toHexString(leader.id()));
        leader.process().awaitLine("same compact revision then hashes must match");
        leader.process().awaitLine("alarm raised");
        assertThat(ctl(List.of(leader), "alarm", "list")).isEqualTo(alarmOf(changed.id()));
    }

    private static void assertAlarmStopsTheClusterUntilItIsTakenAway(
            ClusterNode leader, ClusterNode changed) {
        String alarm = alarmOf(changed.id());
        assertThat(ctl(List.of(leader), "alarm", "list")).isEqualTo(alarm);
        CommandRun refused = run(List.of(leader), "put", "other", "v");
        assertThat(refused.stderr()).contains("etcdserver: corrupt cluster");
        assertThat(Http.get(leader.endpoint(), "/readyz"))
                .contains("[-]data_corruption failed: alarm activated: CORRUPT");
        // The remedy: the member whose keys differ goes, and the alarm with it.
        changed.process().stop();
        assertThat(ctl(List.of(leader), "alarm", "disarm")).isEqualTo(alarm);
        assertThat(ctl(List.of(leader), "put", "other", "v")).isEqualTo("OK\n");
        assertThat(Http.get(leader.endpoint(), "/readyz")).isEqualTo("ok\n");
    }

    private static String alarmOf(long memberId) {
        return "memberID:%s alarm:CORRUPT \n".formatted(Long.toUnsignedString(memberId));
    }

    private static String ctl(List<ClusterNode> at, String... words) {
        return run(at, words).succeeded().stdout();
    }

    private static CommandRun run(List<ClusterNode> at, String... words) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Peers.etcdctl().toString(),
                                "--endpoints="
                                        + String.join(
                                                ",",
                                                at.stream().map(ClusterNode::endpoint).toList())));
        command.addAll(List.of(words));
        return CommandRun.of(command.toArray(String[]::new));
    }

    /** No page of the database has a checksum, so this is what a bad disk could do. */
    private static void change(Path database) throws IOException {
        byte[] bytes = Files.readAllBytes(database);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(TRUE_VALUE);
        Files.write(
                database,
                text.replace(TRUE_VALUE, FALSE_VALUE).getBytes(StandardCharsets.ISO_8859_1));
    }
}
