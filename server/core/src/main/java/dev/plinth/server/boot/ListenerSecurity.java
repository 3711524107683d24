package dev.plinth.server.boot;

import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.tls.MadeCertificate;
import dev.plinth.server.tls.ServerTls;
import dev.plinth.server.tls.TlsException;
import dev.plinth.server.tls.TlsSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the listeners for clients, made once at start, so that files that cannot be used end it.
 *
 * @param client of client URLs; null when no URL asks for TLS
 * @param metrics of metrics URLs, where a certificate must fit the address that shows it
 */
record ListenerSecurity(@Nullable ServerTls client, @Nullable ServerTls metrics) {
    /**
     * Reads the files, or makes a certificate where that is asked for.
     *
     * @throws StartException when a URL asks for TLS and there is no usable certificate
     */
    static ListenerSecurity open(
            ServerConfig config, Instant now, RandomGenerator random, Executor lookups, Log log)
            throws StartException {
        ServerConfig.Listeners listeners = config.listeners();
        List<ListenUrl> clients = new ArrayList<>(listeners.client());
        clients.addAll(listeners.clientHttp());
        warnOfIgnored(config, clients, log);
        boolean isClientSecure = clients.stream().anyMatch(ListenUrl::isSecure);
        boolean isMetricsSecure = listeners.metrics().stream().anyMatch(ListenUrl::isSecure);
        if (!isClientSecure && !isMetricsSecure) {
            return new ListenerSecurity(null, null);
        }
        try {
            TlsSettings settings =
                    MadeCertificate.complete(
                            TlsSettings.ofClients(config.flags()),
                            config.identity().dataDir().resolve("fixtures").resolve("client"),
                            hosts(clients),
                            now,
                            random,
                            log);
            return new ListenerSecurity(
                    isClientSecure
                            ? ServerTls.open(settings, "client", ServerTls.HTTP, lookups, log)
                            : null,
                    isMetricsSecure
                            ? ServerTls.open(
                                    settings.matchingAddress(),
                                    "metrics",
                                    ServerTls.HTTP,
                                    lookups,
                                    log)
                            : null);
        } catch (TlsException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Of a client URL. */
    @Nullable ServerTls of(ListenUrl url) {
        return url.isSecure() ? client : null;
    }

    /** Of a metrics URL. */
    @Nullable ServerTls ofMetrics(ListenUrl url) {
        return url.isSecure() ? metrics : null;
    }

    private static List<String> hosts(List<ListenUrl> urls) {
        Set<String> hosts = new LinkedHashSet<>();
        for (ListenUrl url : urls) {
            hosts.add(url.isUnix() ? "localhost" : url.host());
        }
        return List.copyOf(hosts);
    }

    private static void warnOfIgnored(ServerConfig config, List<ListenUrl> urls, Log log) {
        boolean hasKey = TlsSettings.ofClients(config.flags()).hasCertificate();
        for (ListenUrl url : urls) {
            if (url.isSecure()) {
                continue;
            }
            if (hasKey) {
                log.warn(
                        "scheme is http or unix while key and cert files are present; ignoring key"
                                + " and cert files",
                        "client-url",
                        url.text());
            }
            if (config.flags().bool("client-cert-auth")) {
                log.warn(
                        "scheme is http or unix while --client-cert-auth is enabled; ignoring"
                                + " client cert auth for this URL",
                        "client-url",
                        url.text());
            }
        }
    }
}
