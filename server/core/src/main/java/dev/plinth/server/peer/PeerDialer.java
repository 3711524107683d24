package dev.plinth.server.peer;

import dev.plinth.server.tls.ClientTls;
import dev.plinth.server.tls.TlsException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpClientCodec;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Opens HTTP/1.1 connections to members.
 *
 * @param group the loops
 * @param channel the kind of socket that belongs to them
 * @param connectMillis longest wait for a connection
 * @param tls secures connections to https URLs; null where no settings for them were given
 */
public record PeerDialer(
        EventLoopGroup group,
        Class<? extends Channel> channel,
        int connectMillis,
        @Nullable ClientTls tls) {
    private static final String SECURE = "https";
    private static final int LINE_BYTES_MAX = 4096;
    private static final int HEADER_BYTES_MAX = 64 << 10;
    private static final int CHUNK_BYTES_MAX = 64 << 10;

    /** A loop for a member's connections. */
    EventLoop nextLoop() {
        return group.next();
    }

    /** Connects; the handler sees HTTP objects. */
    ChannelFuture connect(URI url, EventLoop loop, ChannelHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(channel)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel connection)
                                    throws IOException, TlsException {
                                if (SECURE.equals(url.getScheme())) {
                                    secure(connection, url);
                                }
                                connection
                                        .pipeline()
                                        .addLast(
                                                new HttpClientCodec(
                                                        LINE_BYTES_MAX,
                                                        HEADER_BYTES_MAX,
                                                        CHUNK_BYTES_MAX))
                                        .addLast(handler);
                            }
                        })
                .connect(url.getHost(), port(url));
    }

    private void secure(Channel connection, URI url) throws IOException, TlsException {
        if (tls == null) {
            throw new TlsException(url + " is dialled, and no TLS settings for peers are given");
        }
        tls.secure(connection, url.getHost(), port(url));
    }

    private static int port(URI url) {
        if (url.getPort() > 0) {
            return url.getPort();
        }
        return SECURE.equals(url.getScheme()) ? 443 : 80;
    }
}
