package dev.plinth.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;

/**
 * Serial numbers that are no longer accepted, read from their file for each connection. As etcd
 * does, who signed the list and until when it holds is not looked at; a list that cannot be read
 * accepts nobody.
 *
 * @param file PEM or DER
 */
record RevocationList(Path file) {
    /**
     * Refuses a chain of which any certificate is on the list.
     *
     * @throws CertificateException naming the serial number, or why the list cannot be read
     */
    void check(Certificate[] chain) throws CertificateException {
        X509CRL list = read();
        for (Certificate certificate : chain) {
            BigInteger serial = ((X509Certificate) certificate).getSerialNumber();
            if (list.getRevokedCertificate(serial) != null) {
                throw new CertificateException(
                        "transport: certificate serial " + serial.toString(16) + " revoked");
            }
        }
    }

    private X509CRL read() throws CertificateException {
        try {
            return (X509CRL)
                    CertificateFactory.getInstance("X.509")
                            .generateCRL(new ByteArrayInputStream(Files.readAllBytes(file)));
        } catch (IOException | CRLException e) {
            throw new CertificateException("cannot read revocation list " + file + ": " + e, e);
        }
    }
}
