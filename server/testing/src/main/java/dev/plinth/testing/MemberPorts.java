package dev.plinth.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Two ports on loopback that nobody had a moment ago. Members have to know each other's before any
 * of them listens, so another program may take one in between; then others are drawn.
 */
record MemberPorts(int client, int peer) {
    /** All different. */
    static List<MemberPorts> draw(int members) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * members; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<MemberPorts> drawn = new ArrayList<>();
            for (int i = 0; i < members; i++) {
                drawn.add(
                        new MemberPorts(
                                held.get(2 * i).getLocalPort(),
                                held.get(2 * i + 1).getLocalPort()));
            }
            return drawn;
        } catch (IOException e) {
            throw new UncheckedIOException("no free ports on loopback", e);
        } finally {
            held.forEach(MemberPorts::free);
        }
    }

    private static void free(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String endpoint() {
        return "127.0.0.1:" + client;
    }

    String clientUrl() {
        return "http://127.0.0.1:" + client;
    }

    String peerUrl() {
        return "http://127.0.0.1:" + peer;
    }
}
