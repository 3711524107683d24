package dev.plinth.server.boot;

import dev.plinth.server.log.Log;
import dev.plinth.server.rpc.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd, or whoever set {@code NOTIFY_SOCKET}, that the member serves: one datagram {@code
 * READY=1} to the socket (sd_notify(3)). A leading {@code @} means a name in the abstract name
 * space.
 */
final class InitDaemon {
    private static final String READY = "READY=1";

    private InitDaemon() {}

    /**
     * Sends the notice.
     *
     * @param socket the variable's value; empty when nobody waits for it
     */
    static void ready(String socket, Transport sockets, Log log) {
        log.info("notifying init daemon");
        try {
            if (!socket.isEmpty()) {
                send(socket, sockets);
            }
            log.info("successfully notified init daemon");
        } catch (IOException e) {
            log.error("failed to notify systemd for readiness", "error", e.getMessage());
        }
    }

    private static void send(String socket, Transport sockets) throws IOException {
        if (!sockets.isNative()) {
            throw new IOException("datagrams to " + socket + " need the epoll transport");
        }
        String path = socket.startsWith("@") ? '\0' + socket.substring(1) : socket;
        var connected =
                new Bootstrap()
                        .group(sockets.group())
                        .channel(EpollDomainDatagramChannel.class)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(new DomainSocketAddress(path))
                        .awaitUninterruptibly();
        require(connected.isSuccess(), connected.cause());
        Channel channel = connected.channel();
        try {
            var sent =
                    channel.writeAndFlush(Unpooled.copiedBuffer(READY, StandardCharsets.US_ASCII))
                            .awaitUninterruptibly();
            require(sent.isSuccess(), sent.cause());
        } finally {
            channel.close().awaitUninterruptibly();
        }
    }

    private static void require(boolean isSuccess, @Nullable Throwable cause) throws IOException {
        if (!isSuccess) {
            throw new IOException(String.valueOf(cause), cause);
        }
    }
}
