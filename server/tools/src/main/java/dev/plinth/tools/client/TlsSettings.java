package dev.plinth.tools.client;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.File;
import javax.net.ssl.SSLException;

/**
 * Files and choices of an encrypted connection; an empty path means none.
 *
 * @param certificate who the client is
 * @param key private key of the certificate, PKCS #8
 * @param authorities whom to trust; the machine's own list if empty
 * @param skipsVerification whether any server will do
 */
public record TlsSettings(
        String certificate, String key, String authorities, boolean skipsVerification) {
    /** Encrypted, with all else as the machine has it. */
    public static final TlsSettings DEFAULT = new TlsSettings("", "", "", false);

    SslContext context() throws SSLException {
        SslContextBuilder builder = GrpcSslContexts.forClient();
        if (!certificate.isEmpty() && !key.isEmpty()) {
            builder.keyManager(new File(certificate), new File(key));
        }
        if (skipsVerification) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("");
        } else if (!authorities.isEmpty()) {
            builder.trustManager(new File(authorities));
        }
        return builder.build();
    }
}
