package dev.plinth.server.gateway;

import dev.plinth.server.rpc.PlainHttp;
import dev.plinth.server.rpc.Transport;
import dev.plinth.server.tls.ServerTls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A listener for HTTP alone, apart from gRPC: HTTP/1.1, and HTTP/2 where TLS negotiates it. A
 * client of gRPC is hung up on.
 */
public final class HttpListener implements AutoCloseable {
    private static final int BACKLOG = 4096;

    private final Channel channel;

    private HttpListener(Channel channel) {
        this.channel = channel;
    }

    /**
     * Starts to listen.
     *
     * @param tls secures the connections; null for connections in the clear
     * @throws IOException when the address cannot be bound
     */
    public static HttpListener start(
            SocketAddress address, Transport transport, @Nullable ServerTls tls, PlainHttp http)
            throws IOException {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(transport.group())
                        .channel(transport.serverChannel(address))
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel connection)
                                            throws Exception {
                                        if (tls == null) {
                                            http.serve(connection.pipeline());
                                        } else {
                                            tls.secure(connection);
                                            connection.pipeline().addLast(new Negotiated(http));
                                        }
                                    }
                                });
        if (address instanceof InetSocketAddress) {
            bootstrap
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.SO_KEEPALIVE, true);
        }
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
        }
        return new HttpListener(bound.channel());
    }

    /** Where it listens. */
    public SocketAddress address() {
        return channel.localAddress();
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }

    private static final class Negotiated extends ApplicationProtocolNegotiationHandler {
        private final PlainHttp http;

        Negotiated(PlainHttp http) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.http = http;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            ChannelPipeline pipeline = ctx.pipeline();
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                http.serveHttp2(pipeline);
            } else {
                http.serve(pipeline);
            }
        }
    }
}
