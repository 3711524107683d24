package dev.plinth.server.rpc;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.util.MutableHandlerRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;

/** The services for callers inside the process: the JSON gateway, locks and elections. */
public final class InProcessServices implements AutoCloseable {
    private final Server server;
    private final ManagedChannel channel;
    private final MutableHandlerRegistry added;

    private InProcessServices(Server server, ManagedChannel channel, MutableHandlerRegistry added) {
        this.server = server;
        this.added = added;
        this.channel = channel;
    }

    /**
     * Starts to serve.
     *
     * @param tracers told of each call
     */
    public static InProcessServices start(
            Services services, Executor background, List<ServerStreamTracer.Factory> tracers)
            throws IOException {
        String name = InProcessServerBuilder.generateName();
        MutableHandlerRegistry added = new MutableHandlerRegistry();
        InProcessServerBuilder builder =
                InProcessServerBuilder.forName(name)
                        .directExecutor()
                        .fallbackHandlerRegistry(added)
                        .callExecutor(new ClientListener.CallExecutors(background));
        tracers.forEach(builder::addStreamTracerFactory);
        services.inProcessDefinitions().forEach(builder::addService);
        Server server = builder.build().start();
        ManagedChannel channel =
                InProcessChannelBuilder.forName(name)
                        .directExecutor()
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .build();
        return new InProcessServices(server, channel, added);
    }

    /** Adds services that are themselves clients of these. */
    public void add(List<ServerServiceDefinition> services) {
        services.forEach(added::addService);
    }

    /** Calls the services. */
    public Channel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }
}
