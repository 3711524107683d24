package dev.plinth.server.tls;

import dev.plinth.server.pem.PemException;
import dev.plinth.server.pem.PemKeys;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes certificates that the given authorities vouch for and whose names are allowed. The file
 * of the authorities is read once.
 *
 * <p>The names of a listener are not compared with an address here: those are rules of a kind of
 * connection, see {@link AcceptedConnection}. A dialled listener must be the host that was dialled.
 */
final class Authorities extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager chains;
    private final List<String> allowedNames;
    private final List<String> allowedHosts;

    private Authorities(
            X509ExtendedTrustManager chains, List<String> allowedNames, List<String> allowedHosts) {
        this.chains = chains;
        this.allowedNames = allowedNames;
        this.allowedHosts = allowedHosts;
    }

    /**
     * Of the settings; the system's authorities where they name none.
     *
     * @throws TlsException when the file cannot be read
     */
    static Authorities of(TlsSettings settings) throws TlsException {
        try {
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(keyStore(settings.authorities()));
            for (TrustManager made : factory.getTrustManagers()) {
                if (made instanceof X509ExtendedTrustManager chains) {
                    return new Authorities(
                            chains, settings.allowedNames(), settings.allowedHosts());
                }
            }
            throw new TlsException("the Java runtime has no check of certificates");
        } catch (IOException | GeneralSecurityException | PemException e) {
            throw new TlsException(
                    "cannot read authorities " + settings.authorities() + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable KeyStore keyStore(@Nullable Path file)
            throws IOException, GeneralSecurityException, PemException {
        if (file == null) {
            return null;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (X509Certificate authority : PemKeys.certificates(Files.readAllBytes(file))) {
            store.setCertificateEntry("authority-" + number, authority);
            number++;
        }
        return store;
    }

    private void checkNames(X509Certificate[] chain) throws CertificateException {
        if (allowedNames.isEmpty() && allowedHosts.isEmpty()) {
            return;
        }
        CertificateNames names = CertificateNames.of(chain[0]);
        if (allowedNames.contains(names.common()) || allowedHosts.stream().anyMatch(names::isOf)) {
            return;
        }
        throw new CertificateException("client certificate authentication failed");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method, SSLEngine engine)
            throws CertificateException {
        chains.checkClientTrusted(chain, method, engine);
        checkNames(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method, Socket socket)
            throws CertificateException {
        chains.checkClientTrusted(chain, method, socket);
        checkNames(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method)
            throws CertificateException {
        chains.checkClientTrusted(chain, method);
        checkNames(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method, SSLEngine engine)
            throws CertificateException {
        chains.checkServerTrusted(chain, method, engine);
        checkNames(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method, Socket socket)
            throws CertificateException {
        chains.checkServerTrusted(chain, method, socket);
        checkNames(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method)
            throws CertificateException {
        chains.checkServerTrusted(chain, method);
        checkNames(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chains.getAcceptedIssuers();
    }
}
