package dev.plinth.tools.util;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tools.ctl.CtlTool;
import dev.plinth.tools.replay.TestServer;
import dev.plinth.tools.text.Console;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import dev.plinth.walio.peers.Launcher;
import dev.plinth.walio.peers.LoopbackPorts;
import dev.plinth.walio.peers.Peers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that our tool restores start under the real etcd, and the other way round. */
class RestoreInteropIT {
    private static final List<String> NAMES = List.of("a", "b", "c");

    @TempDir private Path folder = Path.of("");

    /** Where a member listens. */
    private record Place(String name, String client, String peer) {}

    private static List<Place> places(List<String> names) {
        return names.stream().map(name -> new Place(name, address(), address())).toList();
    }

    private static String address() {
        return "127.0.0.1:" + LoopbackPorts.free();
    }

    private static String cluster(List<Place> places) {
        return String.join(
                ",", places.stream().map(p -> p.name() + "=http://" + p.peer()).toList());
    }

    private TestServer server(List<String> program, Place place, List<Place> all, Path data)
            throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(
                List.of(
                        "--name=" + place.name(),
                        "--data-dir=" + data,
                        "--listen-client-urls=http://" + place.client(),
                        "--advertise-client-urls=http://" + place.client(),
                        "--listen-peer-urls=http://" + place.peer(),
                        "--initial-advertise-peer-urls=http://" + place.peer(),
                        "--initial-cluster=" + cluster(all)));
        return TestServer.start(command, folder);
    }

    private String ctl(Place place, String... words) {
        return ctl(List.of(place), words);
    }

    private String ctl(List<Place> places, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String endpoints = String.join(",", places.stream().map(Place::client).toList());
        int code =
                CtlTool.run(
                        Console.of(InputStream.nullInputStream(), out, err),
                        Map.of("ETCDCTL_ENDPOINTS", endpoints, "ETCDCTL_COMMAND_TIMEOUT", "60s"),
                        folder,
                        _ -> () -> {},
                        List.of(words));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private String util(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                UtilTool.run(
                        new LinuxDisk(),
                        new SystemClock(),
                        folder,
                        Console.of(InputStream.nullInputStream(), out, err),
                        List.of(words));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String etcdutl(List<String> words) throws Exception {
        List<String> command = new ArrayList<>(List.of(Peers.etcdutl().toString()));
        command.addAll(words);
        Process program =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).isZero();
        return out;
    }

    /** A snapshot with history, a deletion and a lease; returns the hash of its keys. */
    private String snapshot(List<String> program) throws Exception {
        List<Place> one = places(List.of("one"));
        Place place = one.getFirst();
        try (TestServer server = server(program, place, one, folder.resolve("source"))) {
            server.awaitReady();
            for (int i = 0; i < 20; i++) {
                ctl(place, "put", "k" + i % 7, "v" + i);
            }
            ctl(place, "del", "k3");
            ctl(place, "lease", "grant", "500");
            ctl(place, "snapshot", "save", "backup.db");
            String hash = hashes(one).getFirst();
            server.stop();
            return hash;
        }
    }

    /** Hash and revision of each member. */
    private List<String> hashes(List<Place> places) {
        return ctl(places, "endpoint", "hashkv")
                .lines()
                .map(line -> line.substring(line.indexOf(',') + 2))
                .toList();
    }

    private static List<String> etcd() {
        return List.of(Peers.etcd().toString());
    }

    private static List<String> plinth() {
        return List.of(Launcher.program().toString(), "server");
    }

    private List<String> restoreWords(Place place, List<Place> all, Path data) {
        return List.of(
                "snapshot",
                "restore",
                folder.resolve("backup.db").toString(),
                "--data-dir=" + data,
                "--name=" + place.name(),
                "--initial-cluster=" + cluster(all),
                "--initial-advertise-peer-urls=http://" + place.peer());
    }

    private void servesWhatWasSaved(List<String> program, List<Place> places, String hash)
            throws Exception {
        List<TestServer> servers = new ArrayList<>();
        try {
            for (Place place : places) {
                servers.add(server(program, place, places, folder.resolve(place.name())));
            }
            for (TestServer server : servers) {
                server.awaitReady();
            }
            assertThat(hashes(places)).hasSize(places.size()).containsOnly(hash);
            assertThat(ctl(places.getLast(), "get", "k3")).isEmpty();
            assertThat(ctl(places.getLast(), "get", "k5")).isEqualTo("k5\nv19\n");
            assertThat(ctl(places.getLast(), "lease", "list")).startsWith("found 1 leases\n");
            ctl(places.getFirst(), "put", "new", "1");
            assertThat(ctl(places.getLast(), "get", "new")).isEqualTo("new\n1\n");
        } finally {
            servers.forEach(TestServer::close);
        }
    }

    private void ourRestoreStartsUnderEtcd(List<String> names) throws Exception {
        String hash = snapshot(plinth());
        List<Place> places = places(names);
        for (Place place : places) {
            Path data = folder.resolve(place.name());
            List<String> words = new ArrayList<>(restoreWords(place, places, data));
            words.add("--compat-version=3.5");
            util(words.toArray(String[]::new));
            util("verify", "--exact-index", "--data-dir=" + data);
        }
        servesWhatWasSaved(etcd(), places, hash);
    }

    @Test
    void oneMemberThatWeRestoreStartsUnderEtcd() throws Exception {
        ourRestoreStartsUnderEtcd(List.of("a"));
    }

    @Test
    void threeMembersThatWeRestoreStartUnderEtcd() throws Exception {
        ourRestoreStartsUnderEtcd(NAMES);
    }

    @Test
    void threeMembersThatEtcdRestoresStartUnderPlinth() throws Exception {
        String hash = snapshot(etcd());
        for (String format : List.of("simple", "json", "fields", "table")) {
            List<String> status =
                    List.of(
                            "snapshot",
                            "status",
                            folder.resolve("backup.db").toString(),
                            "-w",
                            format);
            List<String> ours = new ArrayList<>(status);
            ours.add("--compat-version=3.5");
            assertThat(util(ours.toArray(String[]::new))).isEqualTo(etcdutl(status));
        }
        List<Place> places = places(NAMES);
        for (Place place : places) {
            etcdutl(restoreWords(place, places, folder.resolve(place.name())));
        }
        servesWhatWasSaved(plinth(), places, hash);
    }
}
