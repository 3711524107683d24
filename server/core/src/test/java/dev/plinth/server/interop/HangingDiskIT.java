package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members, each on a file system of its own; the leader's hangs. */
class HangingDiskIT {
    @TempDir Path dir;

    private final List<LoopDisk> disks = new ArrayList<>();
    private final List<ClusterNode> members = new ArrayList<>();

    @AfterEach
    void stop() {
        // A process that waits for a hanging disk cannot be killed.
        disks.forEach(LoopDisk::thaw);
        members.forEach(ClusterNode::close);
        disks.forEach(LoopDisk::close);
    }

    @Test
    void aLeaderWhoseDiskHangsHandsOver() {
        for (int i = 1; i <= 3; i++) {
            LoopDisk disk = LoopDisk.mount(dir, "disk" + i);
            disks.add(disk);
            members.add(ClusterNode.plinth("m" + i, disk.folder()));
        }
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", List.of()));
        members.forEach(node -> node.process().awaitReady());
        ClusterNode leader = members.stream().filter(ClusterNode::isLeader).findFirst().get();
        List<ClusterNode> others = members.stream().filter(node -> node != leader).toList();
        LoopDisk hanging = disks.get(members.indexOf(leader));
        try (SteadyWriter writer = new SteadyWriter(members)) {
            hanging.freeze();
            leader.process().awaitLine("the log's write hangs");
            writer.use(others);
            ByteString key = ByteString.copyFromUtf8("while the disk hangs");
            others.getFirst().putPatiently(key, key);
            assertThat(others).anyMatch(ClusterNode::isLeader);
            hanging.thaw();
            // It has all that was written meanwhile, what it had accepted before the hand-over too.
            leader.revision();
            writer.use(members);
            writer.stop();
            assertThat(writer.acknowledgedCount()).isPositive();
            for (ClusterNode node : members) {
                node.revision();
                assertThat(writer.missingAt(node)).as("missing at %s", node).isEmpty();
            }
        }
        ClusterNode.assertSameHash(members);
    }
}
