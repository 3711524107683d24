package dev.plinth.server.boot;

import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.core.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/**
 * Finds out before any file is touched whether the listeners will get their ports. They are bound
 * for good only when the member can answer; a port taken in between fails the start as well.
 */
final class PortCheck {
    private PortCheck() {}

    /**
     * Binds and frees each address.
     *
     * @throws StartException naming the first address that cannot be bound
     */
    static void check(List<ListenUrl> urls) throws StartException {
        for (ListenUrl url : urls) {
            if (url.isUnix()) {
                continue;
            }
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(address(url));
            } catch (IOException e) {
                throw new StartException(failure(url, e), e);
            }
        }
    }

    /** The socket address of a URL whose host is a literal or {@code localhost}. */
    static InetSocketAddress address(ListenUrl url) throws IOException {
        return new InetSocketAddress(
                url.host().isEmpty()
                        ? InetAddress.ofLiteral("0.0.0.0")
                        : InetAddress.getByName(url.host()),
                url.port());
    }

    /** The text in which Go reports that an address cannot be bound. */
    static String failure(ListenUrl url, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        if (reason.toLowerCase(java.util.Locale.ROOT).contains("address already in use")) {
            reason = "address already in use";
        }
        return "listen tcp " + url.address() + ": bind: " + reason;
    }
}
