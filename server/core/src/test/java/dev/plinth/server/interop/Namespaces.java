package dev.plinth.server.interop;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/**
 * Hosts on one Ethernet segment: network namespaces on a bridge, on which the test itself has an
 * address too. Packets from one host to another can be lost, one way or both: the sender believes
 * in a hardware address that nobody has. Needs root.
 */
final class Namespaces implements AutoCloseable {
    private static final String NOBODY = "02:00:00:00:00:ff";
    private static final int TEST_HOST = 254;

    private final String prefix;
    private final String network;
    private final int count;
    private final Set<Cut> cuts = new LinkedHashSet<>();

    private record Cut(int from, int to) {}

    private Namespaces(int count) {
        long pid = ProcessHandle.current().pid();
        this.prefix = "pl" + pid + "-";
        this.network = "10.%d.%d.".formatted(128 + pid / 250 % 120, 1 + pid % 250);
        this.count = count;
    }

    /** Makes hosts 0 to {@code count} - 1; the test is skipped where that is not allowed. */
    static Namespaces make(int count) {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "network namespaces need root");
        Namespaces made = new Namespaces(count);
        CommandRun bridge = ip("link add %sbr type bridge".formatted(made.prefix));
        Assumptions.assumeTrue(bridge.exitCode() == 0, bridge.stderr());
        try {
            ip("addr add %s/24 dev %sbr".formatted(made.address(TEST_HOST - 1), made.prefix))
                    .succeeded();
            ip("link set %sbr up".formatted(made.prefix)).succeeded();
            for (int host = 0; host < count; host++) {
                made.addHost(host);
            }
            return made;
        } catch (AssertionError e) {
            made.close();
            throw e;
        }
    }

    private void addHost(int host) {
        String name = prefix + host;
        ip("netns add " + name).succeeded();
        ip("link add %sv%d type veth peer name eth0 netns %s".formatted(prefix, host, name))
                .succeeded();
        ip("link set %sv%d master %sbr up".formatted(prefix, host, prefix)).succeeded();
        inside(host, "addr add %s/24 dev eth0".formatted(address(host))).succeeded();
        inside(host, "link set eth0 up").succeeded();
        inside(host, "link set lo up").succeeded();
    }

    String address(int host) {
        return network + (host + 1);
    }

    /** What runs a program on the host when it is put before it. */
    List<String> runOn(int host) {
        return List.of("ip", "netns", "exec", prefix + host);
    }

    /** From now on what {@code from} sends to {@code to} is lost. */
    void cut(int from, int to) {
        inside(
                        from,
                        "neigh replace %s lladdr %s dev eth0 nud permanent"
                                .formatted(address(to), NOBODY))
                .succeeded();
        cuts.add(new Cut(from, to));
    }

    /** Ends all cuts. */
    void heal() {
        for (Cut cut : cuts) {
            inside(cut.from, "neigh del %s dev eth0".formatted(address(cut.to))).succeeded();
        }
        cuts.clear();
    }

    private CommandRun inside(int host, String arguments) {
        return ip("-n %s%d %s".formatted(prefix, host, arguments));
    }

    private static CommandRun ip(String arguments) {
        return CommandRun.of(("ip " + arguments).split(" "));
    }

    /** To be called when nothing runs on the hosts any more. */
    @Override
    public void close() {
        for (int host = 0; host < count; host++) {
            // The kernel removes what is in a namespace some time after it; the next test uses the
            // same names.
            ip("link del %sv%d".formatted(prefix, host));
            ip("netns del " + prefix + host);
        }
        ip("link del %sbr".formatted(prefix));
    }
}
