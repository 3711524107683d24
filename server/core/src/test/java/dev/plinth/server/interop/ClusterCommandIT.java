package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Launcher;
import dev.plinth.walio.peers.LoopbackPorts;
import dev.plinth.walio.peers.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plinth cluster}, as a developer uses it. */
class ClusterCommandIT {
    /** Of more than a page, as the class path of a release in a folder with a long name makes. */
    private static final Map<String, String> LONG_COMMAND_LINES =
            Map.of("PLINTH_JAVA_OPTS", "-Dlong=" + "x".repeat(5_000));

    @TempDir Path dir;

    private Path folder() {
        return dir.resolve("c");
    }

    private CommandRun cluster(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Launcher.program().toString(), "cluster"));
        command.addAll(List.of(arguments));
        command.add("--folder=" + folder());
        return CommandRun.of(command, LONG_COMMAND_LINES, "");
    }

    @AfterEach
    void stop() {
        cluster("down");
    }

    private List<ProcessHandle> processes() throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            String pid = Files.readString(folder().resolve("m" + i + ".pid"));
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(found::add);
        }
        return found;
    }

    @Test
    void threeMembersComeUpKeepWhatTheyHaveAndGoDown() throws IOException {
        String port = "--port=" + LoopbackPorts.free();
        assertThat(cluster("status").exitCode()).isEqualTo(1);
        CommandRun up = cluster("up", "3", port).succeeded();
        assertThat(up.stdout().lines().filter(line -> line.contains(" leader "))).hasSize(1);
        assertThat(up.stdout().lines().filter(line -> line.contains(" follower "))).hasSize(2);
        String endpoints =
                up.stdout()
                        .lines()
                        .filter(line -> line.startsWith("export "))
                        .map(line -> line.substring(line.indexOf('=') + 1))
                        .findFirst()
                        .orElseThrow();
        String etcdctl = Peers.etcdctl().toString();
        CommandRun.of(etcdctl, "--endpoints=" + endpoints, "put", "k", "v").succeeded();

        List<ProcessHandle> processes = processes();
        assertThat(processes).hasSize(3).allMatch(ProcessHandle::isAlive);
        processes.getFirst().destroyForcibly();
        processes.getFirst().onExit().join();
        CommandRun status = cluster("status");
        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(status.stdout()).contains("stopped");
        assertThat(cluster("up", "5", port).stderr()).contains("has a cluster of 3 members");
        cluster("up", "3", port).succeeded();
        assertThat(processes()).contains(processes.get(1), processes.get(2));

        List<ProcessHandle> last = processes();
        assertThat(cluster("down").succeeded().stdout()).contains("stopped 3 of 3 members");
        assertThat(last).noneMatch(ProcessHandle::isAlive);
        assertThat(cluster("down").succeeded().stdout()).contains("stopped 0 of 3 members");
        cluster("up", "3", port).succeeded();
        assertThat(CommandRun.of(etcdctl, "--endpoints=" + endpoints, "get", "k").stdout())
                .isEqualTo("k\nv\n");
    }

    @Test
    void wrongUsageIsTold() {
        assertThat(cluster("up", "0").exitCode()).isEqualTo(2);
        assertThat(cluster("up", "3", "--port=65530").stderr()).contains("leaves no room");
    }
}
