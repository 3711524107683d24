package dev.plinth.server.tls;

import dev.plinth.server.log.Log;
import dev.plinth.server.pem.PemException;
import dev.plinth.server.pem.PemKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and its key, as the files have them now.
 *
 * <p>The files are read at each {@link #current}, a few kilobytes from the page cache, and parsed
 * only when their content has changed. While a renewal is half done, the two not fitting each other
 * or one of them torn, the last pair that did fit stays in use, and a warning says so once.
 *
 * <p>Thread-safe.
 */
final class KeyPairFiles {
    /**
     * A pair that fits.
     *
     * @param chain the certificate, then those of its authorities
     * @param key the certificate's key
     */
    record Pair(List<X509Certificate> chain, PrivateKey key) {}

    private final Path certificate;
    private final Path key;
    private final Log log;
    private byte @Nullable [] certificateBytes;
    private byte @Nullable [] keyBytes;
    private Pair pair;

    private KeyPairFiles(Path certificate, Path key, Log log, Pair first) {
        this.certificate = certificate;
        this.key = key;
        this.log = log;
        this.pair = first;
    }

    /**
     * Reads a pair for the first time.
     *
     * @throws TlsException naming the file that cannot be used
     */
    static KeyPairFiles open(Path certificate, Path key, Log log) throws TlsException {
        try {
            byte[] certificateBytes = Files.readAllBytes(certificate);
            byte[] keyBytes = Files.readAllBytes(key);
            KeyPairFiles files =
                    new KeyPairFiles(
                            certificate,
                            key,
                            log,
                            parse(certificate, certificateBytes, key, keyBytes));
            files.certificateBytes = certificateBytes;
            files.keyBytes = keyBytes;
            return files;
        } catch (IOException e) {
            throw new TlsException("cannot read certificate or key: " + e, e);
        }
    }

    /**
     * The pair as it is now; the same object while the files are the same.
     *
     * @throws TlsException when the files cannot be read
     */
    synchronized Pair current() throws TlsException {
        try {
            byte[] newCertificate = Files.readAllBytes(certificate);
            byte[] newKey = Files.readAllBytes(key);
            if (Arrays.equals(newCertificate, certificateBytes)
                    && Arrays.equals(newKey, keyBytes)) {
                return pair;
            }
            certificateBytes = newCertificate;
            keyBytes = newKey;
            pair = parse(certificate, newCertificate, key, newKey);
            log.info(
                    "TLS certificate has been renewed",
                    "cert-file",
                    certificate.toString(),
                    "serial",
                    pair.chain().getFirst().getSerialNumber().toString(16),
                    "not-after",
                    pair.chain().getFirst().getNotAfter().toInstant().toString());
            return pair;
        } catch (IOException e) {
            throw new TlsException("cannot read certificate or key: " + e, e);
        } catch (TlsException e) {
            log.warn(
                    "changed TLS certificate and key cannot be used; those before stay in use",
                    "cert-file",
                    certificate.toString(),
                    "key-file",
                    key.toString(),
                    "error",
                    e.getMessage());
            return pair;
        }
    }

    private static Pair parse(Path certificate, byte[] certificateBytes, Path key, byte[] keyBytes)
            throws TlsException {
        List<X509Certificate> chain;
        try {
            chain = PemKeys.certificates(certificateBytes);
        } catch (PemException e) {
            throw new TlsException(certificate + ": " + e.getMessage(), e);
        }
        X509Certificate leaf = chain.getFirst();
        PrivateKey parsed;
        try {
            parsed = PemKeys.privateKey(keyBytes, leaf.getPublicKey().getAlgorithm());
        } catch (PemException e) {
            throw new TlsException(key + ": " + e.getMessage(), e);
        }
        if (!fit(leaf, parsed)) {
            throw new TlsException(
                    key + ": private key does not match the public key of " + certificate);
        }
        return new Pair(chain, parsed);
    }

    private static boolean fit(X509Certificate certificate, PrivateKey key) {
        String name =
                switch (key.getAlgorithm().toUpperCase(Locale.ROOT)) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "EdDSA";
                };
        try {
            Signature signature = Signature.getInstance(name);
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }
}
