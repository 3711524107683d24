package dev.plinth.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Who the client is, by files that may be exchanged as it runs: each new connection looks whether
 * they have changed. Files that cannot be read, or do not fit together yet, leave the certificate
 * that was there before. Any thread.
 */
final class OwnCertificate extends X509ExtendedKeyManager {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    /** Kinds of keys, each with a signature that it can make. */
    private static final Map<String, String> ALGORITHMS =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    /** What tells one state of a file from another. */
    private record Stamp(FileTime modified, long bytes, @Nullable Object inode) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
        }
    }

    private final Path certificate;
    private final Path key;
    private final AdvancedTlsX509KeyManager current = new AdvancedTlsX509KeyManager();

    /** Of the files that were read last; guarded by this. */
    private List<Stamp> stamps = List.of();

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read
     * @throws GeneralSecurityException if one is not what it should be
     */
    OwnCertificate(Path certificate, Path key) throws IOException, GeneralSecurityException {
        this.certificate = certificate;
        this.key = key;
        readIfChanged();
    }

    private synchronized void readIfChanged() throws IOException, GeneralSecurityException {
        List<Stamp> now = List.of(Stamp.of(certificate), Stamp.of(key));
        if (!now.equals(stamps)) {
            X509Certificate[] chain = chain();
            PrivateKey own = privateKey();
            requireTogether(chain[0], own);
            current.updateIdentityCredentials(chain, own);
            stamps = now;
        }
    }

    /** What one signs, the other has to know: of two files one may have been exchanged already. */
    private void requireTogether(X509Certificate shown, PrivateKey own)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHMS.get(own.getAlgorithm()));
        signature.initSign(own);
        byte[] signed = signature.sign();
        signature.initVerify(shown.getPublicKey());
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException(key + " is not the key of " + certificate);
        }
    }

    private X509Certificate[] chain() throws IOException, GeneralSecurityException {
        try (InputStream file = Files.newInputStream(certificate)) {
            X509Certificate[] chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(file).stream()
                            .map(X509Certificate.class::cast)
                            .toArray(X509Certificate[]::new);
            if (chain.length == 0) {
                throw new GeneralSecurityException(certificate + " holds no certificate");
            }
            return chain;
        }
    }

    private PrivateKey privateKey() throws IOException, GeneralSecurityException {
        Matcher pem = KEY.matcher(Files.readString(key, US_ASCII));
        if (!pem.find()) {
            throw new GeneralSecurityException(key + " holds no private key (PKCS #8 in PEM)");
        }
        PKCS8EncodedKeySpec encoded =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (String algorithm : ALGORITHMS.keySet()) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException _) {
                // Of another kind.
            }
        }
        throw new GeneralSecurityException(key + " is a key of none of " + ALGORITHMS.keySet());
    }

    private AdvancedTlsX509KeyManager newest() {
        try {
            readIfChanged();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException _) {
            // Half exchanged, or removed: what was there before serves until the next connection.
        }
        return current;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return newest().chooseEngineClientAlias(keyTypes, issuers, engine);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal[] issuers, Socket socket) {
        return newest().chooseClientAlias(keyTypes, issuers, socket);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return current.getClientAliases(keyType, issuers);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return current.getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return current.getPrivateKey(alias);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }
}
