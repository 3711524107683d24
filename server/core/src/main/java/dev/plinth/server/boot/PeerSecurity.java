package dev.plinth.server.boot;

import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.tls.ClientTls;
import dev.plinth.server.tls.MadeCertificate;
import dev.plinth.server.tls.ServerTls;
import dev.plinth.server.tls.TlsException;
import dev.plinth.server.tls.TlsSettings;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * TLS between members, made once at start, so that files that cannot be used end it.
 *
 * @param listening of peer URLs; null when none asks for TLS
 * @param dialing of connections to other members' https URLs; null where nothing was given, and
 *     then such a URL is not dialled
 */
record PeerSecurity(@Nullable ServerTls listening, @Nullable ClientTls dialing) {
    /**
     * Reads the files, or makes a certificate where that is asked for.
     *
     * @param lookups runs what waits for name servers
     * @throws StartException when a URL asks for TLS and there is no usable certificate
     */
    static PeerSecurity open(
            ServerConfig config, Instant now, RandomGenerator random, Executor lookups, Log log)
            throws StartException {
        List<ListenUrl> urls = config.listeners().peer();
        TlsSettings given = TlsSettings.ofPeers(config.flags());
        warnOfIgnored(given, urls, log);
        boolean isListening = urls.stream().anyMatch(ListenUrl::isSecure);
        boolean isDialing =
                isListening
                        || given.hasCertificate()
                        || given.authorities() != null
                        || given.dialCertificate() != null
                        || config.cluster().advertisePeer().stream().anyMatch(ListenUrl::isSecure);
        try {
            TlsSettings settings =
                    isListening
                            ? MadeCertificate.complete(
                                    given,
                                    config.identity().dataDir().resolve("fixtures").resolve("peer"),
                                    hosts(urls),
                                    now,
                                    random,
                                    log)
                            : given;
            return new PeerSecurity(
                    isListening ? ServerTls.open(settings, "peer", List.of(), lookups, log) : null,
                    isDialing ? ClientTls.open(settings, log) : null);
        } catch (TlsException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static List<String> hosts(List<ListenUrl> urls) {
        Set<String> hosts = new LinkedHashSet<>();
        urls.forEach(url -> hosts.add(url.host()));
        return List.copyOf(hosts);
    }

    private static void warnOfIgnored(TlsSettings given, List<ListenUrl> urls, Log log) {
        for (ListenUrl url : urls) {
            if (url.isSecure()) {
                continue;
            }
            if (given.hasCertificate()) {
                log.warn(
                        "scheme is HTTP while key and cert files are present; ignoring key and"
                                + " cert files",
                        "peer-url",
                        url.text());
            }
            if (given.demandsCertificate()) {
                log.warn(
                        "scheme is HTTP while --peer-client-cert-auth is enabled; ignoring client"
                                + " cert auth for this URL",
                        "peer-url",
                        url.text());
            }
        }
    }
}
