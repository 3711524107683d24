package dev.plinth.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The channel to all servers, the one thread that serves its sockets, and the virtual threads on
 * which everything else of the client runs that waits. Answers are taken by the program's own
 * executor, where it has given one.
 *
 * <p>Calls go round the servers that are connected and say that they are well. Of calls that fail,
 * gRPC itself makes only those again that no server has seen.
 */
final class Connection implements AutoCloseable {
    private static final int TERMINATION_SECONDS = 10;

    private final EndpointList endpoints;
    private final MultiThreadIoEventLoopGroup loop;
    private final Executor executor;
    private final ManagedChannel channel;

    private Connection(
            EndpointList endpoints,
            MultiThreadIoEventLoopGroup loop,
            Executor executor,
            ManagedChannel channel) {
        this.endpoints = endpoints;
        this.loop = loop;
        this.executor = executor;
        this.channel = channel;
    }

    /** Connects to nobody yet. */
    static Connection open(ClientSettings settings) {
        List<Endpoint> servers = settings.endpoints();
        MultiThreadIoEventLoopGroup loop =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory("plinth-client-io", true),
                        NioIoHandler.newFactory());
        Executor executor =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("plinth-client-", 0).factory());
        EndpointList endpoints = new EndpointList(servers);
        try {
            NettyChannelBuilder builder =
                    NettyChannelBuilder.forTarget(EndpointList.SCHEME + ":///")
                            .eventLoopGroup(loop)
                            .channelType(
                                    servers.getFirst().isUnix()
                                            ? NioDomainSocketChannel.class
                                            : NioSocketChannel.class)
                            .executor(settings.executor() == null ? executor : settings.executor());
            configure(builder, settings, endpoints);
            return new Connection(endpoints, loop, executor, builder.build());
        } catch (SSLException e) {
            end(loop);
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            end(loop);
            throw e;
        }
    }

    // A list that a program changes as it runs cannot be told to a channel in any other way.
    @SuppressWarnings("deprecation")
    private static void configure(
            NettyChannelBuilder builder, ClientSettings settings, EndpointList endpoints)
            throws SSLException {
        Endpoint first = settings.endpoints().getFirst();
        TlsConfig tls = settings.tls();
        if (first.refusesTls() || (tls == null && !first.wantsTls())) {
            builder.usePlaintext();
        } else {
            TlsConfig chosen = tls == null ? TlsConfig.SYSTEM : tls;
            builder.sslContext(chosen.context());
            if (chosen.serverName() != null) {
                builder.overrideAuthority(chosen.serverName());
            }
        }
        builder.nameResolverFactory(endpoints)
                .maxInboundMessageSize(settings.receiveBytesMax())
                .defaultLoadBalancingPolicy("round_robin")
                .disableServiceConfigLookUp();
        if (settings.checksHealth()) {
            builder.defaultServiceConfig(Map.of("healthCheckConfig", Map.of("serviceName", "")));
        }
        if (settings.keepAliveTime().isPositive()) {
            builder.keepAliveTime(settings.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
                    .keepAliveTimeout(settings.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    EndpointList endpoints() {
        return endpoints;
    }

    ManagedChannel channel() {
        return channel;
    }

    /** Each task on a virtual thread of its own, since it may wait. */
    Executor executor() {
        return executor;
    }

    /** Calls that are out fail; tasks that run are left to end by themselves. */
    @Override
    public void close() {
        channel.shutdownNow();
        executor.execute(this::endLoop);
    }

    /** Not before the channel is done with it. */
    private void endLoop() {
        try {
            boolean isDone = channel.awaitTermination(TERMINATION_SECONDS, TimeUnit.SECONDS);
            assert isDone || channel.isShutdown() : "nobody has shut it down";
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        end(loop);
    }

    /** The loop's thread ends by itself; nobody has to wait for that. */
    private static void end(MultiThreadIoEventLoopGroup loop) {
        var _ = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}
