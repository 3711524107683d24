package dev.plinth.testing.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands between a client and a server, and cuts their connections when a test says so. */
final class TcpProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocket listener;
    private final int targetPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Connections that come while it is blocked are ended at once. */
    private volatile boolean isBlocked;

    /** To a server on loopback, {@code host:port}. */
    TcpProxy(String target) {
        targetPort = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var _ = Thread.ofVirtual().start(this::accept);
    }

    String endpoint() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Ends all connections; new ones are taken. */
    void cut() {
        for (Socket socket : open) {
            end(socket);
        }
    }

    /** Ends all connections, and takes no others. */
    void block() {
        isBlocked = true;
        cut();
    }

    void unblock() {
        isBlocked = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (isBlocked) {
                    client.close();
                    continue;
                }
                Socket server = new Socket();
                open.add(client);
                open.add(server);
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                var _ = Thread.ofVirtual().start(() -> pump(client, server));
                var _ = Thread.ofVirtual().start(() -> pump(server, client));
                if (isBlocked) {
                    cut();
                }
            } catch (IOException _) {
                // Closed, or the server is not there: the client tries again.
            }
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException _) {
            // Cut; the other direction ends too.
        }
        end(from);
        end(to);
    }

    private void end(Socket socket) {
        open.remove(socket);
        try {
            // A reset, as a machine that is switched off and on again would send it.
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException _) {
            // It is closed then.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
