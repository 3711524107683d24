package dev.plinth.server.rpc;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.concurrent.Executor;

/** The services for callers inside the process: the JSON gateway, locks and elections. */
public final class InProcessServices implements AutoCloseable {
    private final Server server;
    private final ManagedChannel channel;

    private InProcessServices(Server server, ManagedChannel channel) {
        this.server = server;
        this.channel = channel;
    }

    /** Starts to serve. */
    public static InProcessServices start(Services services, Executor background)
            throws IOException {
        String name = InProcessServerBuilder.generateName();
        InProcessServerBuilder builder =
                InProcessServerBuilder.forName(name)
                        .directExecutor()
                        .callExecutor(new ClientListener.CallExecutors(background));
        services.inProcessDefinitions().forEach(builder::addService);
        Server server = builder.build().start();
        ManagedChannel channel =
                InProcessChannelBuilder.forName(name)
                        .directExecutor()
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .build();
        return new InProcessServices(server, channel);
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
