package dev.plinth.server.peer;

import dev.plinth.server.tls.ServerTls;
import dev.plinth.server.tls.TlsException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Listens for other members on one address. A connection that sends nonsense is closed. */
public final class PeerListener implements AutoCloseable {
    private static final int IDLE_SECONDS = 5;
    private static final int LINE_BYTES_MAX = 4096;
    private static final int HEADER_BYTES_MAX = 64 << 10;
    private static final int CHUNK_BYTES_MAX = 64 << 10;

    private final Channel channel;

    private PeerListener(Channel channel) {
        this.channel = channel;
    }

    /**
     * Starts to listen.
     *
     * @param tls secures what is accepted; null for plain HTTP
     * @throws IOException when the address cannot be bound
     */
    public static PeerListener start(
            InetSocketAddress address,
            EventLoopGroup group,
            Class<? extends ServerChannel> kind,
            @Nullable ServerTls tls,
            PeerRouter router)
            throws IOException {
        var bound =
                new ServerBootstrap()
                        .group(group)
                        .channel(kind)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel connection)
                                            throws SSLException, TlsException {
                                        connection
                                                .pipeline()
                                                .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0));
                                        if (tls != null) {
                                            tls.secure(connection);
                                        }
                                        connection
                                                .pipeline()
                                                .addLast(
                                                        new HttpServerCodec(
                                                                LINE_BYTES_MAX,
                                                                HEADER_BYTES_MAX,
                                                                CHUNK_BYTES_MAX))
                                                .addLast(new PeerConnection(router));
                                    }
                                })
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
        }
        return new PeerListener(bound.channel());
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }
}
