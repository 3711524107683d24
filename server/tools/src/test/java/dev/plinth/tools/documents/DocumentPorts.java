package dev.plinth.tools.documents;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Ports instead of those that documents print.
 *
 * @param client for 2379
 * @param peer for 2380
 * @param cluster for 23790, and those ten and twenty above it
 */
record DocumentPorts(int client, int peer, int cluster) {
    private static final Pattern PRINTED =
            Pattern.compile("(?<!\\d)(2379|2380|23[78][019]0)(?!\\d)");
    private static final int FIRST_OF_CLUSTER = 23790;
    private static final int PORT_MAX = 65_000;

    static DocumentPorts free() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket two = new ServerSocket(0, 1, loopback);
                ServerSocket three = new ServerSocket(0, 1, loopback)) {
            return new DocumentPorts(
                    one.getLocalPort(),
                    two.getLocalPort(),
                    Math.min(three.getLocalPort(), PORT_MAX));
        }
    }

    /** A text with these ports in it. */
    String in(String text) {
        return PRINTED.matcher(text).replaceAll(printed -> "" + other(printed.group()));
    }

    private int other(String printed) {
        return switch (printed) {
            case "2379" -> client;
            case "2380" -> peer;
            default -> cluster + Integer.parseInt(printed) - FIRST_OF_CLUSTER;
        };
    }

    /** What makes a server without flags listen here. */
    Map<String, String> ofServer() {
        String clients = "http://127.0.0.1:" + client;
        String peers = "http://127.0.0.1:" + peer;
        return Map.of(
                "ETCD_LISTEN_CLIENT_URLS", clients,
                "ETCD_ADVERTISE_CLIENT_URLS", clients,
                "ETCD_LISTEN_PEER_URLS", peers,
                "ETCD_INITIAL_ADVERTISE_PEER_URLS", peers,
                "ETCD_INITIAL_CLUSTER", "default=" + peers);
    }

    /** What makes a client without flags ask that server. */
    Map<String, String> ofClient() {
        return Map.of("ETCDCTL_ENDPOINTS", "127.0.0.1:" + client);
    }
}
