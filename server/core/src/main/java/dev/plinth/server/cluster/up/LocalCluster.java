package dev.plinth.server.cluster.up;

import dev.plinth.api.etcdserverpb.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The members of a folder. How many there are and which ports they have is written down when they
 * are started for the first time, as {@code COUNT PORT} in {@code FOLDER/cluster}.
 *
 * @param nodes the members, by number
 */
record LocalCluster(List<LocalNode> nodes) {
    static final int MEMBERS_MAX = 9;

    /** Between the client ports of two members. */
    static final int PORT_STEP = 10;

    private static final String LAYOUT = "cluster";
    private static final int LAYOUT_BYTES_MAX = 32;
    private static final int START_SECONDS = 60;
    private static final int ANSWER_SECONDS = 2;

    private static LocalCluster of(Path folder, int count, int port) {
        return new LocalCluster(
                IntStream.rangeClosed(1, count)
                        .mapToObj(i -> new LocalNode(i, folder, port + (i - 1) * PORT_STEP))
                        .toList());
    }

    /**
     * The cluster of the folder.
     *
     * @throws IOException when there is none
     */
    static LocalCluster open(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        Path layout = absolute.resolve(LAYOUT);
        if (!Files.exists(layout)) {
            throw new IOException("no cluster in " + absolute + ": plinth cluster up makes one");
        }
        String text = Files.size(layout) > LAYOUT_BYTES_MAX ? "" : Files.readString(layout).strip();
        if (!text.matches("[1-" + MEMBERS_MAX + "] [0-9]{1,5}")) {
            throw new IOException(layout + " does not hold a number of members and a port");
        }
        String[] words = text.split(" ");
        return of(absolute, Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    }

    /**
     * The cluster of the folder, which is made where there is none.
     *
     * @throws IOException when the folder has one of another size or other ports
     */
    static LocalCluster openOrMake(Path folder, int count, int port) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        if (Files.exists(absolute.resolve(LAYOUT))) {
            LocalCluster found = open(absolute);
            if (!found.equals(of(absolute, count, port))) {
                throw new IOException(
                        "%s has a cluster of %d members from port %d on"
                                .formatted(
                                        absolute,
                                        found.nodes.size(),
                                        found.nodes.getFirst().clientPort()));
            }
            return found;
        }
        Files.createDirectories(absolute);
        Files.writeString(absolute.resolve(LAYOUT), count + " " + port + "\n");
        return of(absolute, count, port);
    }

    /**
     * Starts the members that do not run and waits until all serve.
     *
     * @throws IOException naming the log of a member that does not come up
     */
    void up(String launcher, List<String> flags) throws IOException {
        String initial =
                nodes.stream()
                        .map(node -> node.name() + "=" + node.peerUrl())
                        .collect(Collectors.joining(","));
        for (LocalNode node : nodes) {
            if (node.process().isEmpty()) {
                node.start(launcher, initial, flags);
            }
        }
        for (LocalNode node : nodes) {
            try {
                node.status(START_SECONDS);
            } catch (StatusRuntimeException e) {
                throw new IOException(
                        "%s does not serve; see %s".formatted(node.name(), node.log()), e);
            }
        }
    }

    /** Stops the members; the number that ran. */
    int down() throws IOException, InterruptedException {
        int stopped = 0;
        for (LocalNode node : nodes) {
            stopped += node.stop() ? 1 : 0;
        }
        return stopped;
    }

    /** Prints what each member is; true if all run and agree on a leader. */
    boolean print(PrintWriter out) throws IOException {
        List<Long> leaders = new ArrayList<>();
        out.printf(
                "%-6s %-8s %-18s %-24s %-9s %5s %9s %9s%n",
                "NAME", "PID", "CLIENTS", "PEERS", "STATE", "TERM", "INDEX", "REVISION");
        for (LocalNode node : nodes) {
            var process = node.process();
            String pid = process.map(running -> Long.toString(running.pid())).orElse("-");
            String start =
                    "%-6s %-8s %-18s %-24s "
                            .formatted(node.name(), pid, node.endpoint(), node.peerUrl());
            if (process.isEmpty()) {
                out.println(start + "stopped");
                leaders.add(0L);
                continue;
            }
            try {
                StatusResponse status = node.status(ANSWER_SECONDS);
                boolean isLeader = status.getLeader() == status.getHeader().getMemberId();
                leaders.add(status.getLeader());
                out.printf(
                        "%s%-9s %5d %9d %9d%n",
                        start,
                        isLeader ? "leader" : status.getLeader() == 0 ? "no leader" : "follower",
                        status.getRaftTerm(),
                        status.getRaftIndex(),
                        status.getHeader().getRevision());
            } catch (StatusRuntimeException e) {
                leaders.add(0L);
                out.println(start + "no answer: " + e.getStatus().getCode());
            }
        }
        out.println();
        out.println("export ETCDCTL_ENDPOINTS=" + endpoints());
        out.flush();
        return leaders.getFirst() != 0 && leaders.stream().distinct().count() == 1;
    }

    private String endpoints() {
        return nodes.stream().map(LocalNode::endpoint).collect(Collectors.joining(","));
    }
}
