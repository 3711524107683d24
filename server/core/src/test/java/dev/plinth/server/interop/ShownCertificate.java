package dev.plinth.server.interop;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The certificate that a listener shows to whoever connects, before it asks for one itself. */
final class ShownCertificate {
    private ShownCertificate() {}

    static BigInteger serial(String url) throws IOException, GeneralSecurityException {
        AtomicReference<@Nullable X509Certificate> shown = new AtomicReference<>();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Looking(shown)}, null);
        URI address = URI.create(url);
        try (Socket socket =
                context.getSocketFactory().createSocket(address.getHost(), address.getPort())) {
            ((SSLSocket) socket).startHandshake();
        }
        X509Certificate certificate = shown.get();
        if (certificate == null) {
            throw new AssertionError("no certificate was shown by " + url);
        }
        return certificate.getSerialNumber();
    }

    /** Trusts everybody and remembers whom. */
    private static final class Looking extends X509ExtendedTrustManager {
        private final AtomicReference<@Nullable X509Certificate> shown;

        Looking(AtomicReference<@Nullable X509Certificate> shown) {
            this.shown = shown;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            shown.set(chain[0]);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            shown.set(chain[0]);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            shown.set(chain[0]);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
