package dev.plinth.server.boot;

import dev.plinth.server.concurrency.ConcurrencyServices;
import dev.plinth.server.config.FlagValues;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.gateway.DiskWatchdog;
import dev.plinth.server.gateway.Endpoints;
import dev.plinth.server.gateway.HttpGateway;
import dev.plinth.server.gateway.HttpOptions;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.rpc.ClientListener;
import dev.plinth.server.rpc.InProcessServices;
import dev.plinth.server.rpc.ListenerOptions;
import dev.plinth.server.rpc.ServiceContext;
import dev.plinth.server.rpc.Services;
import dev.plinth.server.rpc.Transport;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The listeners for clients, from the moment the member is ready. */
final class ClientServer implements AutoCloseable {
    private static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;
    private static final long GRACE_NANOS = 500_000_000L;

    private final ServerConfig config;
    private final Log log;
    private final Transport transport;
    private final List<ClientListener> listeners = new ArrayList<>();
    private @Nullable InProcessServices internal;
    private boolean isClosed;

    ClientServer(ServerConfig config, Transport transport, Log log) {
        this.config = config;
        this.transport = transport;
        this.log = log;
    }

    /** Binds the listeners and serves. */
    synchronized void serve(ServiceContext context, Metrics metrics, DiskWatchdog watchdog)
            throws StartException {
        if (isClosed) {
            return;
        }
        Services services = new Services(context);
        Executor background = context.background();
        int messageBytesMax = (int) config.requests().requestBytesMax() + MESSAGE_OVERHEAD_BYTES;
        InProcessServices inProcess = inProcess(services, context);
        internal = inProcess;
        List<ServerServiceDefinition> clients =
                services.guarded(ConcurrencyServices.definitions(inProcess.channel()));
        inProcess.add(clients);
        List<ServerServiceDefinition> all = new ArrayList<>(services.definitions());
        all.addAll(clients);
        HttpGateway gateway =
                gateway(inProcess, new Endpoints(context, metrics, watchdog), messageBytesMax);
        for (ListenUrl url : config.listeners().client()) {
            try {
                listeners.add(
                        ClientListener.start(
                                PortCheck.address(url),
                                transport,
                                options(),
                                all,
                                background,
                                messageBytesMax,
                                gateway));
            } catch (IOException e) {
                throw new StartException(PortCheck.failure(url, e), e);
            }
        }
        log.info("ready to serve client requests");
        for (ListenUrl url : config.listeners().client()) {
            log.info(
                    "serving client traffic insecurely; this is strongly discouraged!",
                    "traffic",
                    "grpc+http",
                    "address",
                    url.address());
        }
    }

    private static InProcessServices inProcess(Services services, ServiceContext context)
            throws StartException {
        try {
            return InProcessServices.start(services, context.background());
        } catch (IOException e) {
            throw new StartException("in-process services: " + e.getMessage(), e);
        }
    }

    private HttpGateway gateway(
            InProcessServices inProcess, Endpoints endpoints, int messageBytesMax) {
        return new HttpGateway(
                inProcess.channel(),
                endpoints,
                new HttpOptions(
                        config.flags().bool("enable-grpc-gateway"),
                        Set.copyOf(config.flags().words("cors")),
                        Set.copyOf(config.flags().words("host-whitelist")),
                        messageBytesMax));
    }

    private ListenerOptions options() {
        FlagValues flags = config.flags();
        return new ListenerOptions(
                (int) Math.min(config.requests().concurrentStreamsMax(), Integer.MAX_VALUE),
                flags.nanos("grpc-keepalive-min-time"),
                flags.nanos("grpc-keepalive-interval"),
                flags.nanos("grpc-keepalive-timeout"));
    }

    @Override
    public void close() {
        List<ClientListener> open;
        InProcessServices inProcess;
        synchronized (this) {
            isClosed = true;
            open = List.copyOf(listeners);
            inProcess = internal;
        }
        for (ClientListener listener : open) {
            try {
                listener.shutdown(GRACE_NANOS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                listener.close();
            }
        }
        if (inProcess != null) {
            inProcess.close();
        }
    }
}
