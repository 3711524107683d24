package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --auto-repair}: three members, and what damages the files of one or two of them. */
class SelfRepairIT {
    private static final List<String> REPAIRING = List.of("--auto-repair", "--scrub-interval=1s");
    private static final String VALUE = "a value that was acknowledged";
    private static final int PAGE_BYTES = 4096;
    private static final int LEAF_FLAG_AT = 8;

    @TempDir Path dir;

    private final List<ClusterNode> members = new ArrayList<>();
    private String cluster = "";

    @AfterEach
    void stop() {
        members.forEach(ClusterNode::close);
    }

    @Test
    void aDamagedMemberComesBackUnlessItsFilesMayBeNeeded() throws IOException {
        for (String name : List.of("m1", "m2", "m3")) {
            members.add(ClusterNode.plinth(name, dir));
        }
        cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", REPAIRING));
        members.forEach(node -> node.process().awaitReady());
        for (int i = 0; i < 20; i++) {
            put("k" + i);
        }

        ClusterNode second = members.get(1);
        long formerId = stopped(second);
        breakPages(file("m2", "member/snap/db"));
        second.start(cluster, "new", List.of());
        assertThat(second.process().awaitExit()).isEqualTo(1);
        assertThat(second.process().log()).anyMatch(line -> line.contains("member/snap/db: page"));
        repaired(second, formerId);
        assertThat(asideIn("m2", "member/snap")).isPositive();

        put("between");
        ClusterNode third = members.get(2);
        formerId = stopped(third);
        breakLog("m3");
        repaired(third, formerId);
        assertThat(asideIn("m3", "member/wal")).isPositive();

        formerId = third.id();
        long values = breakColdPages(file("m3", "member/snap/db"));
        assertThat(values).isPositive();
        third.process().awaitLine("found damaged files while running");
        third.process().awaitLine("the repaired member has its vote again", 1);
        assertThat(third.id()).isNotEqualTo(formerId);
        put("after");
        ClusterNode.assertSameHash(members);

        ClusterNode first = members.getFirst();
        stopped(first);
        stopped(second);
        breakColdPages(file("m3", "member/snap/db"));
        third.process()
                .awaitLine("damaged files are not repaired, since the data may be on this disk");
        assertThat(third.status().getDbSize()).isPositive();
        breakLog("m1");
        breakPages(file("m2", "member/snap/db"));
        long asideBefore = asideIn("m2", "member/snap");
        first.start(cluster, "new", REPAIRING);
        second.start(cluster, "new", REPAIRING);
        for (ClusterNode refused : List.of(first, second)) {
            assertThat(refused.process().awaitExit()).isEqualTo(1);
            assertThat(refused.process().log())
                    .anyMatch(line ->
                            line.contains("not repaired, the files are as they were")
                                    && line.contains(
                                            "1 of 3 voters are reached without the damaged member"));
        }
        assertThat(asideIn("m1", "member/wal")).isZero();
        assertThat(asideIn("m2", "member/snap")).isEqualTo(asideBefore);
    }

    private void put(String key) {
        members.getFirst()
                .putPatiently(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(VALUE));
    }

    private static long stopped(ClusterNode node) {
        long id = node.id();
        node.process().stop();
        return id;
    }

    private void repaired(ClusterNode node, long formerId) {
        node.start(cluster, "new", REPAIRING);
        node.process().awaitReady();
        node.process().awaitLine("the repaired member has its vote again");
        assertThat(node.id()).isNotEqualTo(formerId);
        ClusterNode.assertSameHash(members);
    }

    private Path file(String member, String path) {
        return dir.resolve(member).resolve(path);
    }

    private long asideIn(String member, String folder) throws IOException {
        try (var files = Files.list(file(member, folder))) {
            return files.filter(name -> name.toString().contains(".damaged-")).count();
        }
    }

    /** The number in the header of each page but the meta pages. */
    private static void breakPages(Path database) throws IOException {
        byte[] bytes = Files.readAllBytes(database);
        for (int at = 2 * PAGE_BYTES; at < bytes.length; at += PAGE_BYTES) {
            bytes[at] ^= 0x55;
        }
        Files.write(database, bytes);
    }

    /** The number in the header of each leaf that holds the value, while the member runs. */
    private static long breakColdPages(Path database) throws IOException {
        long broken = 0;
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            byte[] page = new byte[PAGE_BYTES];
            for (long at = 2L * PAGE_BYTES; at + PAGE_BYTES <= file.length(); at += PAGE_BYTES) {
                file.seek(at);
                file.readFully(page);
                boolean isLeaf = page[LEAF_FLAG_AT] == 2;
                if (isLeaf && new String(page, StandardCharsets.ISO_8859_1).contains(VALUE)) {
                    file.seek(at);
                    file.write(page[0] ^ 0x55);
                    broken++;
                }
            }
        }
        return broken;
    }

    /** One bit of the first record that holds a value; records follow. */
    private void breakLog(String member) throws IOException {
        try (var files = Files.list(file(member, "member/wal"))) {
            for (Path segment : files.filter(name -> name.toString().endsWith(".wal")).toList()) {
                byte[] bytes = Files.readAllBytes(segment);
                int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(VALUE);
                if (at >= 0) {
                    bytes[at] ^= 1;
                    Files.write(segment, bytes);
                    return;
                }
            }
        }
        throw new AssertionError("no log of " + member + " holds the value");
    }
}
