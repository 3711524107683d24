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
    void aChangedValueIsFoundAtTheStartAndByTheLeader() throws IOException {
        members.add(ClusterNode.plinth("m1", dir));
        members.add(ClusterNode.plinth("m2", dir));
        members.add(ClusterNode.plinth("m3", dir));
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", List.of()));
        members.forEach(node -> node.process().awaitReady());
        members.getFirst()
                .putPatiently(ByteString.copyFromUtf8("k"), ByteString.copyFromUtf8(TRUE_VALUE));
        ClusterNode changed = members.get(1);
        changed.revision();
        changed.process().stop();
        change(dir.resolve("m2/member/snap/db"));

        changed.start(cluster, "new", List.of("--feature-gates=InitialCorruptCheck=true"));
        assertThat(changed.process().awaitExit()).isEqualTo(1);
        assertThat(changed.process().log())
                .anyMatch(line -> line.contains("found data inconsistency with peers"));

        changed.start(cluster, "new", List.of());
        changed.process().awaitReady();
        ClusterNode leader = members.getFirst();
        leader.process().stop();
        leader.start(cluster, "new", List.of("--corrupt-check-time=500ms"));
        leader.process().awaitReady();
        CommandRun.of(
                        Peers.etcdctl().toString(),
                        "--endpoints=" + endpoints(),
                        "move-leader",
                        Long.toHexString(leader.id()))
                .succeeded();
        leader.process().awaitLine("same compact revision then hashes must match");
        leader.process().awaitLine("alarm raised");
        String alarms =
                CommandRun.of(
                                Peers.etcdctl().toString(),
                                "--endpoints=" + leader.endpoint(),
                                "alarm",
                                "list")
                        .succeeded()
                        .stdout();
        assertThat(alarms)
                .isEqualTo(
                        "memberID:%s alarm:CORRUPT \n"
                                .formatted(Long.toUnsignedString(changed.id())));
    }

    private String endpoints() {
        return String.join(",", members.stream().map(ClusterNode::endpoint).toList());
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
