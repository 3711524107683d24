package dev.plinth.tools.documents;

import dev.plinth.walio.peers.LoopbackPorts;
import java.util.Map;
import java.util.regex.Pattern;

/** Ports instead of those that documents print: nobody else's until this is closed. */
final class DocumentPorts implements AutoCloseable {
    private static final Pattern PRINTED =
            Pattern.compile("(?<!\\d)(2379|2380|238[01]0|23790)(?!\\d)");
    private static final int FIRST_OF_CLUSTER = 23790;
    private static final int CLUSTER_DISTANCE = 10;

    private final LoopbackPorts.Block block = LoopbackPorts.freeBlock();

    private int client() {
        return block.port(1);
    }

    private int peer() {
        return block.port(2);
    }

    /** A text with these ports in it. */
    String in(String text) {
        return PRINTED.matcher(text).replaceAll(printed -> "" + other(printed.group()));
    }

    private int other(String printed) {
        return switch (printed) {
            case "2379" -> client();
            case "2380" -> peer();
            default -> block.port(CLUSTER_DISTANCE + Integer.parseInt(printed) - FIRST_OF_CLUSTER);
        };
    }

    /** What makes a server without flags listen here. */
    Map<String, String> ofServer() {
        String clients = "http://127.0.0.1:" + client();
        String peers = "http://127.0.0.1:" + peer();
        return Map.of(
                "ETCD_LISTEN_CLIENT_URLS", clients,
                "ETCD_ADVERTISE_CLIENT_URLS", clients,
                "ETCD_LISTEN_PEER_URLS", peers,
                "ETCD_INITIAL_ADVERTISE_PEER_URLS", peers,
                "ETCD_INITIAL_CLUSTER", "default=" + peers);
    }

    /** What makes a client without flags ask that server. */
    Map<String, String> ofClient() {
        return Map.of("ETCDCTL_ENDPOINTS", "127.0.0.1:" + client());
    }

    @Override
    public void close() {
        block.close();
    }
}
