package dev.plinth.server.tls;

import dev.plinth.server.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The certificate of {@code --auto-tls} and {@code --peer-auto-tls}: made once, kept beside the
 * data, never renewed, as etcd does and with its file names, so that either program finds the
 * other's.
 *
 * <pre>
 * DATA-DIR/fixtures/client|peer/   0700
 *   cert.pem                       0600
 *   key.pem                        0600
 * </pre>
 */
public final class MadeCertificate {
    private MadeCertificate() {}

    /**
     * Settings with the certificate of the folder, which is made if it is missing. Settings with a
     * certificate of their own stay as they are.
     *
     * @param folder {@code fixtures/client} or {@code fixtures/peer} in the data directory
     * @param hosts hosts that are listened on
     * @throws TlsException when it cannot be made or written
     */
    public static TlsSettings complete(
            TlsSettings settings,
            Path folder,
            List<String> hosts,
            Instant now,
            RandomGenerator random,
            Log log)
            throws TlsException {
        if (!settings.isAutomatic()) {
            return settings;
        }
        if (settings.hasCertificate()) {
            log.warn("ignoring client auto TLS since certs given");
            return settings;
        }
        if (settings.validYears() <= 0) {
            throw new TlsException("selfSignedCertValidity is invalid,it should be greater than 0");
        }
        Path certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        if (!Files.exists(certificate) || !Files.exists(key)) {
            try {
                Files.createDirectories(
                        folder,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
                SelfSigned made = SelfSigned.make(hosts, now, settings.validYears(), random);
                write(key, made.key());
                write(certificate, made.certificate());
                log.info("created cert file", "path", certificate.toString());
            } catch (IOException | GeneralSecurityException e) {
                throw new TlsException("cannot make a certificate in " + folder + ": " + e, e);
            }
        }
        return settings.withMade(certificate, key);
    }

    /** Written apart and moved, so that a file under the final name is whole. */
    private static void write(Path file, String text) throws IOException {
        Path apart = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(apart);
        Files.createFile(
                apart,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(apart, text, StandardOpenOption.WRITE);
        Files.move(
                apart, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
