package dev.plinth.server.rpc;

import dev.plinth.server.tls.ServerTls;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One listener for clients: gRPC over HTTP/2, and what the {@link PlainHttp} seam makes of
 * everything else.
 *
 * <p>The beginning of a connection decides, see {@link ProtocolSniffer}.
 */
public final class ClientListener implements AutoCloseable {
    /**
     * The handshake deadline of gRPC would end HTTP/1.1 connections too; the sniffer has one of its
     * own.
     */
    private static final long NO_HANDSHAKE_DEADLINE_DAYS = 36_500;

    /**
     * Messages above the limit but below this are answered with the reference's text instead of
     * gRPC's.
     */
    private static final int BUFFERED_MESSAGE_FACTOR = 4;

    private final Server server;

    private ClientListener(Server server) {
        this.server = server;
    }

    /**
     * Starts to listen.
     *
     * @param tls secures the connections; null for connections in the clear
     * @param plainHttp takes connections that are not gRPC's; null to refuse them
     * @throws IOException when the address cannot be bound
     */
    public static ClientListener start(
            SocketAddress address,
            Transport transport,
            ListenerOptions options,
            List<ServerServiceDefinition> services,
            Executor background,
            int messageBytesMax,
            @Nullable ServerTls tls,
            @Nullable PlainHttp plainHttp)
            throws IOException {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(address)
                        .channelType(transport.serverChannel(address))
                        .bossEventLoopGroup(transport.group())
                        .workerEventLoopGroup(transport.group())
                        .withOption(ChannelOption.SO_BACKLOG, 4096)
                        .protocolNegotiator(
                                new ProtocolSniffer(plainHttp, tls, options.memory().isBounded()))
                        .intercept(new CertificateUser.Interceptor(options.certificatesNameUsers()))
                        .handshakeTimeout(NO_HANDSHAKE_DEADLINE_DAYS, TimeUnit.DAYS)
                        .maxInboundMessageSize(messageBytesMax * BUFFERED_MESSAGE_FACTOR)
                        .maxConcurrentCallsPerConnection(options.concurrentStreamsMax())
                        .directExecutor()
                        .callExecutor(new CallExecutors(background));
        if (address instanceof InetSocketAddress) {
            builder.withOption(ChannelOption.SO_REUSEADDR, true)
                    .withChildOption(ChannelOption.TCP_NODELAY, true)
                    .withChildOption(ChannelOption.SO_KEEPALIVE, true);
        }
        options.tracers().forEach(builder::addStreamTracerFactory);
        if (options.memory().isBounded()) {
            builder.addStreamTracerFactory(new ReceivedBytes(options.memory()));
        }
        keepAlive(builder, options);
        services.forEach(builder::addService);
        return new ClientListener(builder.build().start());
    }

    private static void keepAlive(NettyServerBuilder builder, ListenerOptions options) {
        if (options.keepAliveMinTimeNanos() > 0) {
            builder.permitKeepAliveTime(options.keepAliveMinTimeNanos(), TimeUnit.NANOSECONDS)
                    .permitKeepAliveWithoutCalls(false);
        } else {
            builder.permitKeepAliveTime(0, TimeUnit.NANOSECONDS).permitKeepAliveWithoutCalls(true);
        }
        if (options.keepAliveIntervalNanos() > 0 && options.keepAliveTimeoutNanos() > 0) {
            builder.keepAliveTime(options.keepAliveIntervalNanos(), TimeUnit.NANOSECONDS)
                    .keepAliveTimeout(options.keepAliveTimeoutNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** The port that was bound. */
    public int port() {
        return server.getPort();
    }

    /** Takes no more calls, lets the present ones end for a while, then ends them. */
    public void shutdown(long graceNanos) throws InterruptedException {
        server.shutdown();
        if (!server.awaitTermination(graceNanos, TimeUnit.NANOSECONDS)) {
            close();
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    /** Hot methods stay on the event loop, all others may wait. */
    record CallExecutors(Executor background) implements ServerCallExecutorSupplier {
        @Override
        public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
            return Services.runsOnEventLoop(call.getMethodDescriptor().getFullMethodName())
                    ? null
                    : background;
        }
    }
}
