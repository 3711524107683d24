package dev.plinth.tools.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * A channel to the servers and the one thread that serves it. Java's own selector, not epoll: there
 * is no native library to load then, and a tool has few connections.
 */
final class Connection implements AutoCloseable {
    private static final int DEFAULT_RECEIVE_BYTES = Integer.MAX_VALUE;

    private final MultiThreadIoEventLoopGroup loop;
    private final ManagedChannel channel;

    private Connection(MultiThreadIoEventLoopGroup loop, ManagedChannel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    static Connection open(ClientSettings settings) throws CallFailure {
        if (settings.endpoints().isEmpty()) {
            throw CallFailure.local("etcdclient: no available endpoints");
        }
        List<Endpoint> endpoints = settings.endpoints().stream().map(Endpoint::of).toList();
        MultiThreadIoEventLoopGroup loop =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("client", true), NioIoHandler.newFactory());
        try {
            NettyChannelBuilder builder = builder(endpoints, settings);
            configure(builder, settings, endpoints.getFirst());
            builder.eventLoopGroup(loop)
                    .channelType(
                            endpoints.getFirst().isUnix()
                                    ? NioDomainSocketChannel.class
                                    : NioSocketChannel.class);
            return new Connection(loop, builder.build());
        } catch (SSLException | IllegalArgumentException e) {
            end(loop);
            throw CallFailure.local(String.valueOf(e.getMessage()));
        }
    }

    private static NettyChannelBuilder builder(List<Endpoint> endpoints, ClientSettings settings) {
        Endpoint first = endpoints.getFirst();
        if (endpoints.size() == 1) {
            return NettyChannelBuilder.forAddress(first.socketAddress())
                    .overrideAuthority(first.authority());
        }
        return NettyChannelBuilder.forTarget(
                        EndpointResolverProvider.SCHEME
                                + ":///"
                                + String.join(",", settings.endpoints())
                                        .replace("://", "%3A%2F%2F"))
                .defaultLoadBalancingPolicy("round_robin");
    }

    private static void configure(
            NettyChannelBuilder builder, ClientSettings settings, Endpoint first)
            throws SSLException {
        TlsSettings tls = settings.tls();
        if (first.refusesTls() || (tls == null && !first.wantsTls())) {
            builder.usePlaintext();
        } else {
            builder.sslContext((tls == null ? TlsSettings.DEFAULT : tls).context());
        }
        builder.directExecutor()
                .maxInboundMessageSize(
                        settings.maxReceiveBytes() == 0
                                ? DEFAULT_RECEIVE_BYTES
                                : settings.maxReceiveBytes())
                .disableRetry()
                .keepAliveTime(settings.keepAliveTimeNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(settings.keepAliveTimeoutNanos(), TimeUnit.NANOSECONDS);
    }

    ManagedChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        end(loop);
    }

    /** Its thread ends by itself; nobody has to wait for that. */
    private static void end(MultiThreadIoEventLoopGroup loop) {
        var _ = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}
