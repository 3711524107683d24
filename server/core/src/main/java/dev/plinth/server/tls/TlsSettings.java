package dev.plinth.server.tls;

import dev.plinth.server.config.FlagValues;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the flags say about one kind of connection, clients' or peers'.
 *
 * @param certificate shown by listeners, PEM; null for none
 * @param key its key, PEM
 * @param dialCertificate shown when this member dials; null for the listeners' one
 * @param dialKey its key
 * @param authorities who vouches for the other side, PEM; null for the system's authorities
 * @param revoked list of revoked certificates, PEM or DER; null for none
 * @param demandsCertificate whether the other side of a listener has to show a certificate
 * @param allowedNames common names that are accepted; empty for all
 * @param allowedHosts host names of which the certificate must have one; empty for all
 * @param matchesAddress whether names in a certificate must fit the address that it comes from
 * @param isAutomatic whether a certificate is made when none is given
 * @param validYears how long a made certificate is valid
 * @param minVersion lowest version, {@code TLS1.2} or {@code TLS1.3}; empty for the lowest
 * @param maxVersion highest version; empty for the highest
 * @param cipherSuites suites of TLS 1.2 by their IANA names; empty for the usual ones
 */
public record TlsSettings(
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path dialCertificate,
        @Nullable Path dialKey,
        @Nullable Path authorities,
        @Nullable Path revoked,
        boolean demandsCertificate,
        List<String> allowedNames,
        List<String> allowedHosts,
        boolean matchesAddress,
        boolean isAutomatic,
        long validYears,
        String minVersion,
        String maxVersion,
        List<String> cipherSuites) {
    /** Copies the lists. */
    public TlsSettings {
        allowedNames = List.copyOf(allowedNames);
        allowedHosts = List.copyOf(allowedHosts);
        cipherSuites = List.copyOf(cipherSuites);
    }

    /** Of the listeners for clients. Naming an authority demands certificates, as in etcd. */
    public static TlsSettings ofClients(FlagValues flags) {
        return new TlsSettings(
                path(flags, "cert-file"),
                path(flags, "key-file"),
                path(flags, "client-cert-file"),
                path(flags, "client-key-file"),
                path(flags, "trusted-ca-file"),
                path(flags, "client-crl-file"),
                flags.bool("client-cert-auth") || !flags.text("trusted-ca-file").isEmpty(),
                List.of(),
                flags.words("client-cert-allowed-hostname"),
                false,
                flags.bool("auto-tls"),
                flags.number("self-signed-cert-validity"),
                flags.text("tls-min-version"),
                flags.text("tls-max-version"),
                flags.words("cipher-suites"));
    }

    /** Of connections between members. */
    public static TlsSettings ofPeers(FlagValues flags) {
        return new TlsSettings(
                path(flags, "peer-cert-file"),
                path(flags, "peer-key-file"),
                path(flags, "peer-client-cert-file"),
                path(flags, "peer-client-key-file"),
                path(flags, "peer-trusted-ca-file"),
                path(flags, "peer-crl-file"),
                flags.bool("peer-client-cert-auth")
                        || !flags.text("peer-trusted-ca-file").isEmpty(),
                flags.words("peer-cert-allowed-cn"),
                flags.words("peer-cert-allowed-hostname"),
                !flags.bool("peer-skip-client-san-verification"),
                flags.bool("peer-auto-tls"),
                flags.number("self-signed-cert-validity"),
                flags.text("tls-min-version"),
                flags.text("tls-max-version"),
                flags.words("cipher-suites"));
    }

    private static @Nullable Path path(FlagValues flags, String name) {
        String text = flags.text(name);
        return text.isEmpty() ? null : Path.of(text);
    }

    /** Whether there is a certificate to show. */
    public boolean hasCertificate() {
        return certificate != null && key != null;
    }

    /** The same with a certificate that was made for it, unless one was given. */
    public TlsSettings withMade(Path madeCertificate, Path madeKey) {
        return new TlsSettings(
                madeCertificate,
                madeKey,
                dialCertificate,
                dialKey,
                authorities,
                revoked,
                demandsCertificate,
                allowedNames,
                allowedHosts,
                matchesAddress,
                isAutomatic,
                validYears,
                minVersion,
                maxVersion,
                cipherSuites);
    }

    /** The same for listeners whose certificates must fit their address, as those of metrics. */
    public TlsSettings matchingAddress() {
        return new TlsSettings(
                certificate,
                key,
                dialCertificate,
                dialKey,
                authorities,
                revoked,
                demandsCertificate,
                allowedNames,
                allowedHosts,
                true,
                isAutomatic,
                validYears,
                minVersion,
                maxVersion,
                cipherSuites);
    }

    /**
     * Refuses what contradicts itself.
     *
     * @throws TlsException with etcd's text
     */
    public void check() throws TlsException {
        if (!allowedNames.isEmpty() && !allowedHosts.isEmpty()) {
            throw new TlsException(
                    "AllowedCNs and AllowedHostnames are mutually exclusive (cns=%s, hostnames=%s)"
                            .formatted(goList(allowedNames), goList(allowedHosts)));
        }
        if ((certificate == null) != (key == null)) {
            throw new TlsException(
                    "KeyFile and CertFile must both be present[key: %s, cert: %s]"
                            .formatted(text(key), text(certificate)));
        }
        if ((dialCertificate == null) != (dialKey == null)) {
            throw new TlsException(
                    "ClientKeyFile and ClientCertFile must both be present or both absent:"
                            + " key: %s, cert: %s]"
                                    .formatted(text(dialKey), text(dialCertificate)));
        }
        CipherSuites.enabled(this);
    }

    private static String goList(List<String> words) {
        return words.stream()
                .map(word -> "\"" + word + "\"")
                .collect(java.util.stream.Collectors.joining(" ", "[", "]"));
    }

    private static String text(@Nullable Path path) {
        return path == null ? "" : path.toString();
    }
}
