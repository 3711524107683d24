package dev.plinth.client;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How connections are encrypted. Files are read when the client is built, those of the client's own
 * certificate again for a new connection, if they have changed.
 *
 * @param authorities certificates, PEM, of those to trust; absent for the machine's own list
 * @param certificate who the client is, PEM; absent for nobody
 * @param key private key of the certificate, PKCS #8 in PEM; present if the certificate is
 * @param serverName the name that servers' certificates must have; absent for the name or address
 *     by which each is reached
 * @param skipsVerification whether any server will do: for tests alone
 */
public record TlsConfig(
        @Nullable Path authorities,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable String serverName,
        boolean skipsVerification) {
    /** Encrypted, trusting whom the machine trusts. */
    public static final TlsConfig SYSTEM = new TlsConfig(null, null, null, null, false);

    /** Checks that certificate and key come together. */
    public TlsConfig {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate needs its key, and the other way");
        }
    }

    /** Encrypted, trusting these authorities. */
    public static TlsConfig trusting(Path authorities) {
        return new TlsConfig(authorities, null, null, null, false);
    }

    /** The same, with a certificate of the client's own. */
    public TlsConfig identifiedBy(Path ownCertificate, Path ownKey) {
        return new TlsConfig(authorities, ownCertificate, ownKey, serverName, skipsVerification);
    }

    /** The same for servers whose certificates have this name. */
    public TlsConfig withServerName(String name) {
        return new TlsConfig(authorities, certificate, key, name, skipsVerification);
    }

    private static OwnCertificate ownCertificate(Path certificate, Path key) throws SSLException {
        try {
            return new OwnCertificate(certificate, key);
        } catch (IOException | GeneralSecurityException e) {
            throw new SSLException(e.getMessage(), e);
        }
    }

    SslContext context() throws SSLException {
        SslContextBuilder builder = GrpcSslContexts.forClient();
        if (certificate != null && key != null) {
            builder.keyManager(ownCertificate(certificate, key));
        }
        if (skipsVerification) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("");
        } else if (authorities != null) {
            builder.trustManager(authorities.toFile());
        }
        return builder.build();
    }
}
