package dev.plinth.tools.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** A channel to the servers. */
final class Connection implements AutoCloseable {
    private static final int DEFAULT_RECEIVE_BYTES = Integer.MAX_VALUE;

    private final ManagedChannel channel;

    private Connection(ManagedChannel channel) {
        this.channel = channel;
    }

    /** A connection that {@code loops} serve. */
    static Connection open(ClientSettings settings, EventLoops loops) throws CallFailure {
        if (settings.endpoints().isEmpty()) {
            throw CallFailure.local("etcdclient: no available endpoints");
        }
        try {
            List<Endpoint> endpoints = settings.endpoints().stream().map(Endpoint::of).toList();
            NettyChannelBuilder builder = builder(endpoints, settings);
            configure(builder, settings, endpoints.getFirst());
            builder.eventLoopGroup(loops.group())
                    .channelType(loops.sockets(endpoints.getFirst().isUnix()));
            return new Connection(builder.build());
        } catch (SSLException | IllegalArgumentException e) {
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
    }
}
