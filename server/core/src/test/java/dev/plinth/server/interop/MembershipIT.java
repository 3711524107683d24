package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Peers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The membership table through the real etcdctl: the same operations, refused ones among them, on
 * one real etcd and on Plinth. Ids of added members come of the time of day and are replaced by a
 * name; after an update the list is not compared, since 3.5 shows a learner as a voter there and
 * newer releases do not. At the end the real etcd starts on the directory that Plinth has written.
 */
class MembershipIT {
    private static final Pattern ADDED = Pattern.compile("Member +([0-9a-f]+) added");

    @TempDir Path dir;

    /** A server, and the id of the member that was added to it last. */
    private static final class Side {
        private final String endpoint;
        private String added = "";

        Side(ServerProcess server) {
            this(server.endpoint());
        }

        Side(String endpoint) {
            this.endpoint = endpoint;
        }

        String run(String... arguments) {
            List<String> command =
                    new ArrayList<>(List.of(Peers.etcdctl().toString(), "--endpoints=" + endpoint));
            for (String argument : arguments) {
                command.add(argument.replace("ADDED", added));
            }
            CommandRun run = CommandRun.of(command, Map.of("ETCDCTL_API", "3"), "");
            Matcher matcher = ADDED.matcher(run.stdout());
            if (matcher.find()) {
                added = matcher.group(1);
            }
            // Ids are drawn by chance: lists are in their order, and one that is short is padded.
            String stdout =
                    String.join(
                            "\n", run.stdout().lines().map(Side::sortedCluster).sorted().toList());
            String stderr = run.stderr().replaceAll("(?m)^\\{\"level\".*\\R", "");
            String text =
                    "exit %d\n%s\n--\n%s"
                            .formatted(run.exitCode(), stdout.replaceAll(" +", " "), stderr);
            if (!added.isEmpty()) {
                text =
                        text.replace(added, "ADDED")
                                .replace(
                                        Long.toUnsignedString(Long.parseUnsignedLong(added, 16)),
                                        "ADDED");
            }
            return text.replace(endpoint, "ENDPOINT");
        }

        private static String sortedCluster(String line) {
            String[] parts = line.split("\"", -1);
            if (!parts[0].equals("ETCD_INITIAL_CLUSTER=")) {
                return line;
            }
            return parts[0] + Stream.of(parts[1].split(",")).sorted().toList();
        }
    }

    @Test
    void eachOperationAndItsRefusals() {
        try (ServerProcess plinth = plinthAs35(dir.resolve("plinth"))) {
            try (ServerProcess etcd = ServerProcess.etcd(dir.resolve("etcd"))) {
                compare(new Side(etcd), new Side(plinth));
            }
        }
        try (ServerProcess reopened = ServerProcess.etcd(dir.resolve("plinth"))) {
            String members = new Side(reopened).run("member", "list");
            assertThat(members).contains("http://127.0.0.1:9994").contains("unstarted");
        }
    }

    /** The release of the real one here, which refuses the directory of a newer cluster. */
    private static ServerProcess plinthAs35(Path folder) {
        return ServerProcess.plinth(folder, "--compat-version=3.5");
    }

    private static void compare(Side etcd, Side plinth) {
        String own = ownId(plinth);
        for (String[] step :
                new String[][] {
                    {"member", "list"},
                    {"member", "add", "m9", "--peer-urls=http://127.0.0.1:9999", "--learner"},
                    {"member", "list"},
                    {"member", "add", "m10", "--peer-urls=http://127.0.0.1:9998", "--learner"},
                    {"member", "add", "dup", "--peer-urls=http://127.0.0.1:9999"},
                    {"member", "promote", "ADDED"},
                    {"member", "update", "ADDED", "--peer-urls=http://127.0.0.1:9997"},
                    {"member", "update", "ADDED", "--peer-urls=http://127.0.0.1:23800"},
                    {"member", "remove", "ADDED"},
                    {"member", "remove", "ADDED"},
                    {"member", "update", "ADDED", "--peer-urls=http://127.0.0.1:9997"},
                    {"member", "promote", "ADDED"},
                    {"member", "remove", "123"},
                    {"member", "update", "123", "--peer-urls=http://127.0.0.1:9"},
                    {"member", "promote", "123"},
                    {"member", "promote", own},
                    {"member", "remove", own},
                    {"move-leader", own},
                    {"move-leader", "99"},
                    {"downgrade", "validate", "abc"},
                    {"downgrade", "validate", "3.1"},
                    {"downgrade", "cancel"},
                    {"member", "add", "l2", "--peer-urls=http://127.0.0.1:9994", "--learner"},
                    {"member", "list"},
                }) {
            assertThat(reason(plinth.run(step)))
                    .as("%s", List.of(step))
                    .isEqualTo(reason(etcd.run(step)));
        }
    }

    /** What depends on who is there: three members, of which one is killed. */
    @Test
    void guardsOfThreeMembersOfWhichOneIsLost() {
        try (Three etcd = new Three(i -> ClusterNode.etcd("m" + i, dir.resolve("three-etcd")));
                Three plinth =
                        new Three(i -> ClusterNode.plinth("m" + i, dir.resolve("three-plinth")))) {
            List<String> expected = etcd.refusals();
            expected.forEach(System.out::println);
            assertThat(plinth.refusals()).isEqualTo(expected);
        }
    }

    /** A cluster of three, and what it answers to changes of its members. */
    private static final class Three implements AutoCloseable {
        private static final int ATTEMPTS_MAX = 300;

        private final List<ClusterNode> nodes = new ArrayList<>();
        private final List<String> answers = new ArrayList<>();
        private final Map<String, String> names = new HashMap<>();

        Three(IntFunction<ClusterNode> node) {
            for (int i = 1; i <= 3; i++) {
                nodes.add(node.apply(i));
            }
            String cluster = ClusterNode.cluster(nodes);
            nodes.forEach(each -> each.start(cluster, "new", List.of()));
        }

        List<String> refusals() {
            nodes.forEach(each -> each.process().awaitReady());
            ClusterNode leader =
                    nodes.stream().filter(ClusterNode::isLeader).findFirst().orElseThrow();
            List<ClusterNode> others = nodes.stream().filter(each -> each != leader).toList();
            ClusterNode follower = others.getFirst();
            ClusterNode lost = others.getLast();
            String followerId = Long.toHexString(follower.id());
            String lostId = Long.toHexString(lost.id());
            names.put(Long.toHexString(leader.id()), "LEADER");
            names.put(followerId, "FOLLOWER");
            names.put(lostId, "LOST");
            Side side = new Side(leader.endpoint());
            addWhenConnectedForLong(side);
            ask(side, "member", "promote", "ADDED");
            ask(new Side(follower.endpoint()), "member", "promote", side.added);
            ask(side, "member", "remove", "ADDED");
            lost.process().kill();
            ask(side, "member", "add", "m5", "--peer-urls=http://127.0.0.1:9995");
            ask(side, "member", "add", "m5", "--peer-urls=http://127.0.0.1:9995", "--learner");
            ask(side, "member", "remove", followerId);
            ask(side, "member", "remove", lostId);
            ask(side, "member", "remove", lostId);
            ask(side, "member", "update", lostId, "--peer-urls=http://127.0.0.1:9996");
            ask(side, "member", "add", "m6", "--peer-urls=http://127.0.0.1:9996");
            ask(side, "member", "add", "m7", "--peer-urls=http://127.0.0.1:9997");
            ask(side, "member", "remove", followerId);
            ask(side, "member", "promote", "ADDED");
            ask(side, "member", "remove", "ADDED");
            ask(side, "member", "list");
            return answers;
        }

        /** Until the members have been connected for five seconds, every addition is refused. */
        private void addWhenConnectedForLong(Side side) {
            String[] step = {
                "member", "add", "m4", "--peer-urls=http://127.0.0.1:9994", "--learner"
            };
            String answer = side.run(step);
            for (int attempt = 1; answer.contains("unhealthy cluster"); attempt++) {
                assertThat(attempt).as("%s", answer).isLessThan(ATTEMPTS_MAX);
                answer = side.run(step);
            }
            note(answer, step);
        }

        private void ask(Side side, String... step) {
            note(side.run(step), step);
        }

        private void note(String answer, String... step) {
            String text = String.join(" ", step) + ": " + answer;
            for (ClusterNode node : nodes) {
                text =
                        text.replace(node.peerUrl(), "PEER " + node.name())
                                .replace(node.endpoint(), "CLIENT " + node.name());
            }
            for (Map.Entry<String, String> name : names.entrySet()) {
                text = text.replace(name.getKey(), name.getValue());
            }
            // The cluster's id differs with the ports; who leads and is lost, with the election;
            // and
            // an id that happens to be short is padded.
            text =
                    text.replaceAll(" +", " ")
                            .replaceAll("(to|from) cluster [0-9a-f]+", "$1 cluster ID")
                            .replaceAll("\\b[0-9a-f]{12,16}\\b", "ID")
                            .replaceAll("m[123]\\b", "NAME")
                            .replaceAll("ETCD_(NAME|INITIAL[A-Z_]*)=.*", "");
            answers.add(String.join("\n", text.lines().sorted().toList()));
        }

        @Override
        public void close() {
            nodes.forEach(ClusterNode::close);
        }
    }

    /**
     * A member's id is made from its URLs and the second in which it is added: a double one within
     * that second is refused for its id, later for its URLs.
     */
    private static String reason(String output) {
        return output.replace("member ID already exist", "Peer URLs already exists");
    }

    /** Equal on both sides by construction. */
    private static String ownId(Side side) {
        Matcher matcher =
                Pattern.compile("([0-9a-f]{8,16}), started").matcher(side.run("member", "list"));
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
