package dev.plinth.server.boot;

import dev.plinth.server.concurrency.ConcurrencyServices;
import dev.plinth.server.config.FlagValues;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.gateway.Console;
import dev.plinth.server.gateway.DebugEndpoints;
import dev.plinth.server.gateway.DiskWatchdog;
import dev.plinth.server.gateway.Endpoints;
import dev.plinth.server.gateway.HttpGateway;
import dev.plinth.server.gateway.HttpListener;
import dev.plinth.server.gateway.HttpOptions;
import dev.plinth.server.gateway.MetricsHttp;
import dev.plinth.server.gateway.Site;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.rpc.CallMetrics;
import dev.plinth.server.rpc.ClientListener;
import dev.plinth.server.rpc.InProcessServices;
import dev.plinth.server.rpc.ListenerOptions;
import dev.plinth.server.rpc.PlainHttp;
import dev.plinth.server.rpc.ServiceContext;
import dev.plinth.server.rpc.Services;
import dev.plinth.server.rpc.Transport;
import dev.plinth.server.tracing.Tracing;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The listeners for clients: those for metrics and health from the start, the others from the
 * moment the member is ready. With {@code --listen-client-http-urls} gRPC and HTTP have ports of
 * their own.
 */
final class ClientServer implements AutoCloseable {
    private static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;
    private static final long GRACE_NANOS = 500_000_000L;

    private final ServerConfig config;
    private final Log log;
    private final Transport transport;
    private final ListenerSecurity security;
    private final ExecutorService lookups;
    private final List<ClientListener> listeners = new ArrayList<>();
    private final List<AutoCloseable> httpListeners = new ArrayList<>();
    private @Nullable InProcessServices internal;
    private volatile @Nullable AutoCloseable tracing;
    private boolean isClosed;

    private ClientServer(
            ServerConfig config,
            Transport transport,
            ListenerSecurity security,
            ExecutorService lookups,
            Log log) {
        this.config = config;
        this.transport = transport;
        this.security = security;
        this.lookups = lookups;
        this.log = log;
    }

    /**
     * Reads certificates and keys; nothing listens yet.
     *
     * @param now from when a certificate that is made is valid
     * @throws StartException when they cannot be used
     */
    static ClientServer open(
            ServerConfig config, Transport transport, Instant now, RandomGenerator random, Log log)
            throws StartException {
        ExecutorService lookups = Executors.newVirtualThreadPerTaskExecutor();
        return new ClientServer(
                config,
                transport,
                ListenerSecurity.open(config, now, random, lookups, log),
                lookups,
                log);
    }

    /** Binds the listeners for metrics and health and serves them. */
    synchronized void serveMetrics(Endpoints endpoints) throws StartException {
        for (ListenUrl url : config.listeners().metrics()) {
            if (!isClosed) {
                addHttp(url, security.ofMetrics(url), new MetricsHttp(endpoints));
                log.info("serving metrics", "address", url.text());
            }
        }
    }

    /** Binds the listeners for clients and serves. */
    synchronized void serve(
            ServiceContext context, Metrics metrics, DiskWatchdog watchdog, LongSupplier wallMillis)
            throws StartException {
        if (isClosed) {
            return;
        }
        Services services = new Services(context);
        Executor background = context.background();
        int messageBytesMax = (int) config.requests().requestBytesMax() + MESSAGE_OVERHEAD_BYTES;
        CallMetrics calls =
                new CallMetrics(
                        metrics,
                        config.flags().text("metrics").equals("extensive"),
                        context.nanoClock());
        List<ServerStreamTracer.Factory> tracers = tracers(calls, context, wallMillis);
        InProcessServices inProcess = inProcess(services, context, tracers);
        internal = inProcess;
        List<ServerServiceDefinition> clients =
                services.guarded(ConcurrencyServices.definitions(inProcess.channel()));
        inProcess.add(clients);
        List<ServerServiceDefinition> all = new ArrayList<>(services.definitions());
        all.addAll(clients);
        calls.announce(all);
        HttpGateway gateway =
                new HttpGateway(
                        inProcess.channel(),
                        new Endpoints(context, metrics, watchdog),
                        httpOptions(messageBytesMax),
                        context.auth()::isEnabled,
                        sites(context),
                        background);
        boolean isSplit = !config.listeners().clientHttp().isEmpty();
        for (ListenUrl url : config.listeners().client()) {
            try {
                listeners.add(
                        ClientListener.start(
                                address(url),
                                transport,
                                options(tracers, context.memory()),
                                all,
                                background,
                                messageBytesMax,
                                security.of(url),
                                isSplit ? null : gateway));
            } catch (IOException e) {
                throw new StartException(PortCheck.failure(url, e), e);
            }
        }
        for (ListenUrl url : config.listeners().clientHttp()) {
            addHttp(url, security.of(url), gateway);
        }
        log.info("ready to serve client requests");
        for (ListenUrl url : config.listeners().client()) {
            tell(url, isSplit ? "grpc" : "grpc+http");
        }
        for (ListenUrl url : config.listeners().clientHttp()) {
            tell(url, "http");
        }
    }

    /** Metrics always; spans only when asked for: no class of theirs is loaded otherwise. */
    private List<ServerStreamTracer.Factory> tracers(
            CallMetrics calls, ServiceContext context, LongSupplier wallMillis)
            throws StartException {
        FlagValues flags = config.flags();
        if (!flags.bool("enable-distributed-tracing")) {
            return List.of(calls);
        }
        Tracing.Settings settings =
                new Tracing.Settings(
                        flags.text("distributed-tracing-address"),
                        flags.text("distributed-tracing-service-name"),
                        flags.text("distributed-tracing-instance-id"),
                        flags.number("distributed-tracing-sampling-rate"));
        try {
            Tracing spans = Tracing.open(settings, wallMillis, context.nanoClock());
            tracing = spans;
            log.info(
                    "distributed tracing enabled",
                    "address",
                    settings.address(),
                    "service-name",
                    settings.serviceName(),
                    "service-instance-id",
                    settings.instanceId(),
                    "sampling-rate",
                    settings.sampledOfAMillion());
            return List.of(calls, spans.calls());
        } catch (IllegalArgumentException e) {
            throw new StartException(
                    "--distributed-tracing-address=%s: %s"
                            .formatted(settings.address(), e.getMessage()),
                    e);
        }
    }

    private List<Site> sites(ServiceContext context) throws StartException {
        FlagValues flags = config.flags();
        List<Site> sites = new ArrayList<>();
        sites.add(
                new DebugEndpoints(
                        context.member(),
                        flags.bool("enable-pprof") || config.log().level().equals("debug"),
                        List.of("etcd", "--name=" + config.identity().name()),
                        context.background()));
        if (flags.bool("enable-console")) {
            try {
                sites.add(new Console());
            } catch (IOException e) {
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
        }
        return sites;
    }

    private void tell(ListenUrl url, String traffic) {
        if (url.isSecure()) {
            log.info(
                    "serving client traffic securely",
                    "traffic",
                    traffic,
                    "address",
                    url.address());
        } else {
            log.info(
                    "serving client traffic insecurely; this is strongly discouraged!",
                    "traffic",
                    traffic,
                    "address",
                    url.address());
        }
    }

    private void addHttp(
            ListenUrl url, dev.plinth.server.tls.@Nullable ServerTls tls, PlainHttp http)
            throws StartException {
        try {
            httpListeners.add(HttpListener.start(address(url), transport, tls, http));
        } catch (IOException e) {
            throw new StartException(PortCheck.failure(url, e), e);
        }
    }

    /** A socket in the file system that an earlier process has left is in the way. */
    private SocketAddress address(ListenUrl url) throws IOException {
        if (!url.isUnix()) {
            return PortCheck.address(url);
        }
        Files.deleteIfExists(Path.of(url.host()));
        return transport.unixAddress(url.host());
    }

    private static InProcessServices inProcess(
            Services services, ServiceContext context, List<ServerStreamTracer.Factory> tracers)
            throws StartException {
        try {
            return InProcessServices.start(services, context.background(), tracers);
        } catch (IOException e) {
            throw new StartException("in-process services: " + e.getMessage(), e);
        }
    }

    private HttpOptions httpOptions(int messageBytesMax) {
        FlagValues flags = config.flags();
        return new HttpOptions(
                flags.bool("enable-grpc-gateway"),
                Set.copyOf(flags.words("cors")),
                Set.copyOf(flags.words("host-whitelist")),
                flags.bool("client-cert-auth"),
                messageBytesMax);
    }

    private ListenerOptions options(List<ServerStreamTracer.Factory> tracers, MemoryBudget memory) {
        FlagValues flags = config.flags();
        return new ListenerOptions(
                (int) Math.min(config.requests().concurrentStreamsMax(), Integer.MAX_VALUE),
                flags.nanos("grpc-keepalive-min-time"),
                flags.nanos("grpc-keepalive-interval"),
                flags.nanos("grpc-keepalive-timeout"),
                tracers,
                memory,
                flags.bool("client-cert-auth"));
    }

    @Override
    public void close() {
        List<ClientListener> open;
        List<AutoCloseable> openHttp;
        InProcessServices inProcess;
        synchronized (this) {
            isClosed = true;
            open = List.copyOf(listeners);
            openHttp = List.copyOf(httpListeners);
            inProcess = internal;
        }
        for (AutoCloseable listener : openHttp) {
            try {
                listener.close();
            } catch (Exception e) {
                log.error("failed to stop", e, "part", "http listener");
            }
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
        AutoCloseable spans = tracing;
        if (spans != null) {
            closeTracing(spans);
        }
        removeSockets();
        lookups.shutdownNow();
    }

    private void closeTracing(AutoCloseable spans) {
        try {
            spans.close();
        } catch (Exception e) {
            log.error("failed to stop", e, "part", "tracing");
        }
    }

    private void removeSockets() {
        for (List<ListenUrl> urls :
                List.of(
                        config.listeners().client(),
                        config.listeners().clientHttp(),
                        config.listeners().metrics())) {
            for (ListenUrl url : urls) {
                try {
                    if (url.isUnix()) {
                        Files.deleteIfExists(Path.of(url.host()));
                    }
                } catch (IOException e) {
                    log.warn("cannot remove socket", "path", url.host(), "error", e.getMessage());
                }
            }
        }
    }
}
