package dev.plinth.server.tls;

import dev.plinth.server.log.Log;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Secures connections that this member opens. Its own certificate, if it has one, is read again for
 * each of them. Where certificates are made automatically nobody vouches for them, so that of the
 * other side is not checked, as in etcd.
 *
 * <p>Thread-safe.
 */
public final class ClientTls {
    private static final int HANDSHAKE_MILLIS = 10_000;

    private final TlsSettings settings;
    private final @Nullable KeyPairFiles files;
    private final @Nullable Authorities authorities;
    private final Object lock = new Object();
    private KeyPairFiles.@Nullable Pair shown;
    private @Nullable SslContext context;

    private ClientTls(
            TlsSettings settings, @Nullable KeyPairFiles files, @Nullable Authorities authorities) {
        this.settings = settings;
        this.files = files;
        this.authorities = authorities;
    }

    /**
     * Reads the files.
     *
     * @throws TlsException when the settings contradict themselves or a file cannot be used
     */
    public static ClientTls open(TlsSettings settings, Log log) throws TlsException {
        settings.check();
        Path certificate =
                settings.dialCertificate() == null
                        ? settings.certificate()
                        : settings.dialCertificate();
        Path key = settings.dialKey() == null ? settings.key() : settings.dialKey();
        return new ClientTls(
                settings,
                certificate == null || key == null
                        ? null
                        : KeyPairFiles.open(certificate, key, log),
                settings.isAutomatic() ? null : Authorities.of(settings));
    }

    /**
     * Adds what secures a connection at the end of its pipeline.
     *
     * @param host the host that was dialled; its certificate must name it
     */
    public void secure(Channel connection, String host, int port)
            throws SSLException, TlsException {
        SslHandler handler = present().newHandler(connection.alloc(), host, port);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        connection.pipeline().addLast(handler);
    }

    private SslContext present() throws SSLException, TlsException {
        KeyPairFiles.Pair pair = files == null ? null : files.current();
        synchronized (lock) {
            SslContext known = context;
            if (known != null && (pair == null || pair.equals(shown))) {
                return known;
            }
            SslContext made = make(pair);
            context = made;
            shown = pair;
            return made;
        }
    }

    private SslContext make(KeyPairFiles.@Nullable Pair pair) throws SSLException, TlsException {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .protocols(CipherSuites.versions(settings))
                        .ciphers(
                                CipherSuites.enabled(settings),
                                SupportedCipherSuiteFilter.INSTANCE);
        if (authorities == null) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("");
        } else {
            builder.trustManager(authorities);
        }
        if (pair != null) {
            builder.keyManager(pair.key(), pair.chain().toArray(X509Certificate[]::new));
        }
        return builder.build();
    }
}
