package dev.plinth.server.tls;

import dev.plinth.server.log.Log;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Secures accepted connections.
 *
 * <p>A connection's handshake shows the certificate that the files have at its beginning. All
 * handshakes between two changes of the files share one context, and with it the resumption of
 * sessions; a changed certificate makes a new one, so nothing resumes across the change.
 *
 * <p>Thread-safe.
 */
public final class ServerTls {
    /** HTTP/2, and HTTP/1.1 for those that know no other. */
    public static final List<String> HTTP = List.of("h2", "http/1.1");

    private static final int HANDSHAKE_MILLIS = 10_000;

    private final TlsSettings settings;
    private final List<String> protocols;
    private final KeyPairFiles files;
    private final @Nullable Authorities authorities;
    private final List<String> suites;
    private final AcceptedConnection.Rules rules;
    private final Object lock = new Object();
    private KeyPairFiles.@Nullable Pair shown;
    private @Nullable SslContext context;

    private ServerTls(
            TlsSettings settings,
            List<String> protocols,
            KeyPairFiles files,
            @Nullable Authorities authorities,
            List<String> suites,
            AcceptedConnection.Rules rules) {
        this.settings = settings;
        this.protocols = protocols;
        this.files = files;
        this.authorities = authorities;
        this.suites = suites;
        this.rules = rules;
    }

    /**
     * Reads the files.
     *
     * @param endpoint which listeners these are, {@code client} or {@code peer}, for the log
     * @param protocols what is offered by ALPN; the first that both know is taken
     * @param lookups runs what waits for name servers
     * @throws TlsException when the settings contradict themselves or a file cannot be used
     */
    public static ServerTls open(
            TlsSettings settings,
            String endpoint,
            List<String> protocols,
            Executor lookups,
            Log log)
            throws TlsException {
        settings.check();
        Path certificate = settings.certificate();
        Path key = settings.key();
        if (certificate == null || key == null) {
            throw new TlsException("no certificate and key for " + endpoint + " listeners");
        }
        Path revoked = settings.revoked();
        ServerTls made =
                new ServerTls(
                        settings,
                        List.copyOf(protocols),
                        KeyPairFiles.open(certificate, key, log),
                        settings.demandsCertificate() ? Authorities.of(settings) : null,
                        CipherSuites.enabled(settings),
                        new AcceptedConnection.Rules(
                                endpoint,
                                revoked == null ? null : new RevocationList(revoked),
                                settings.matchesAddress(),
                                lookups,
                                log));
        try {
            var _ = made.present();
        } catch (SSLException e) {
            throw new TlsException("TLS cannot be set up: " + e.getMessage(), e);
        }
        return made;
    }

    /**
     * Adds what secures a connection at the end of its pipeline. What follows sees plain bytes, and
     * only of a side that has been accepted.
     */
    public void secure(Channel connection) throws SSLException, TlsException {
        ChannelPipeline pipeline = connection.pipeline();
        pipeline.addLast(newHandler(connection)).addLast(new AcceptedConnection(rules));
    }

    /** The same in front of a handler that is in the pipeline. */
    public void secureBefore(String handler, Channel connection) throws SSLException, TlsException {
        connection
                .pipeline()
                .addBefore(handler, null, newHandler(connection))
                .addBefore(handler, null, new AcceptedConnection(rules));
    }

    private SslHandler newHandler(Channel connection) throws SSLException, TlsException {
        SslHandler handler = present().newHandler(connection.alloc());
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        return handler;
    }

    private SslContext present() throws SSLException, TlsException {
        KeyPairFiles.Pair pair = files.current();
        synchronized (lock) {
            SslContext known = context;
            if (known != null && pair.equals(shown)) {
                return known;
            }
            SslContext made = make(pair);
            context = made;
            shown = pair;
            return made;
        }
    }

    private SslContext make(KeyPairFiles.Pair pair) throws SSLException {
        SslContextBuilder builder =
                SslContextBuilder.forServer(
                                pair.key(), pair.chain().toArray(X509Certificate[]::new))
                        .sslProvider(SslProvider.JDK)
                        .protocols(CipherSuites.versions(settings))
                        .ciphers(suites, SupportedCipherSuiteFilter.INSTANCE);
        if (authorities != null) {
            builder.trustManager(authorities).clientAuth(ClientAuth.REQUIRE);
        }
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            protocols));
        }
        return builder.build();
    }
}
