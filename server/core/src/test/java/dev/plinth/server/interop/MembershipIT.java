package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Peers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        private final ServerProcess server;
        private String added = "";

        Side(ServerProcess server) {
            this.server = server;
        }

        String run(String... arguments) {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Peers.etcdctl().toString(),
                                    "--endpoints=" + server.endpoint()));
            for (String argument : arguments) {
                command.add(argument.replace("ADDED", added));
            }
            CommandRun run = CommandRun.of(command, Map.of("ETCDCTL_API", "3"), "");
            Matcher matcher = ADDED.matcher(run.stdout());
            if (matcher.find()) {
                added = matcher.group(1);
            }
            // Sorted, since lists are in the order of ids that differ.
            String stdout = String.join("\n", run.stdout().lines().sorted().toList());
            String stderr = run.stderr().replaceAll("(?m)^\\{\"level\".*\\R", "");
            String text = "exit %d\n%s\n--\n%s".formatted(run.exitCode(), stdout, stderr);
            if (!added.isEmpty()) {
                text =
                        text.replace(added, "ADDED")
                                .replace(
                                        Long.toUnsignedString(Long.parseUnsignedLong(added, 16)),
                                        "ADDED");
            }
            return text.replace(server.endpoint(), "ENDPOINT");
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
