package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.LoopbackPorts;
import dev.plinth.walio.peers.Peers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that meet in a real etcd. */
class DiscoveryIT {
    @TempDir Path dir;

    private final List<ServerProcess> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(ServerProcess::close);
    }

    private ServerProcess member(ServerProcess service, String name, String token) {
        int clientPort = LoopbackPorts.free();
        String client = "http://127.0.0.1:" + clientPort;
        String peer = "http://127.0.0.1:" + LoopbackPorts.free();
        ServerProcess member =
                ServerProcess.plinthWith(
                        clientPort,
                        List.of(
                                "--name=" + name,
                                "--data-dir=" + dir.resolve(name),
                                "--listen-client-urls=" + client,
                                "--advertise-client-urls=" + client,
                                "--listen-peer-urls=" + peer,
                                "--initial-advertise-peer-urls=" + peer,
                                "--discovery-token=" + token,
                                "--discovery-endpoints=http://" + service.endpoint()));
        started.add(member);
        return member;
    }

    private static String etcdctl(ServerProcess server, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(Peers.etcdctl().toString(), "--endpoints=" + server.endpoint()));
        command.addAll(List.of(arguments));
        return CommandRun.of(command.toArray(String[]::new)).succeeded().stdout();
    }

    @Test
    void foundersMeetAndALateOneIsRefused() {
        ServerProcess service = ServerProcess.etcd(dir.resolve("service"));
        started.add(service);
        etcdctl(service, "put", "/_etcd/registry/t1/_config/size", "2");
        ServerProcess one = member(service, "one", "t1");
        ServerProcess two = member(service, "two", "t1");
        one.awaitReady();
        two.awaitReady();
        assertThat(etcdctl(one, "member", "list"))
                .contains("started, one")
                .contains("started, two");
        ServerProcess late = member(service, "late", "t1");
        assertThat(late.awaitExit()).isEqualTo(1);
        assertThat(late.log())
                .anyMatch(line -> line.contains("discovery token was already used"))
                .anyMatch(line -> line.contains("discovery: cluster is full"));

        ServerProcess nobody = member(service, "nobody", "t2");
        assertThat(nobody.awaitExit()).isEqualTo(1);
        assertThat(nobody.log()).anyMatch(line -> line.contains("discovery: size key not found"));
        etcdctl(service, "put", "/_etcd/registry/t3/_config/size", "many");
        ServerProcess bad = member(service, "bad", "t3");
        assertThat(bad.awaitExit()).isEqualTo(1);
        assertThat(bad.log()).anyMatch(line -> line.contains("discovery: size key is bad"));
    }
}
