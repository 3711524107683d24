package dev.plinth.server.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which suites and versions are offered. Names are IANA's, which the JDK and Go share; two older
 * ones of Go are accepted too. Suites of TLS 1.3 cannot be chosen and are on whenever it is.
 */
final class CipherSuites {
    private static final List<String> OF_TLS13 =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256");

    private static final List<String> USUAL =
            List.of(
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
                    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");

    /** Accepted by name; the JDK refuses to speak most of them, so no connection will use those. */
    private static final Set<String> WEAK =
            Set.of(
                    "TLS_RSA_WITH_RC4_128_SHA",
                    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
                    "TLS_RSA_WITH_AES_128_CBC_SHA",
                    "TLS_RSA_WITH_AES_256_CBC_SHA",
                    "TLS_RSA_WITH_AES_128_CBC_SHA256",
                    "TLS_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
                    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
                    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256");

    private static final Set<String> WITHOUT_HASH =
            Set.of(
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305");

    private CipherSuites() {}

    /**
     * The suites to offer.
     *
     * @throws TlsException for a name that is unknown
     */
    static List<String> enabled(TlsSettings settings) throws TlsException {
        List<String> suites = new ArrayList<>();
        List<String> versions = versions(settings);
        if (versions.contains("TLSv1.3")) {
            suites.addAll(OF_TLS13);
        }
        if (settings.cipherSuites().isEmpty()) {
            suites.addAll(USUAL);
        }
        for (String name : settings.cipherSuites()) {
            if (OF_TLS13.contains(name)) {
                continue;
            }
            if (WITHOUT_HASH.contains(name)) {
                suites.add(name + "_SHA256");
            } else if (USUAL.contains(name) || WEAK.contains(name)) {
                suites.add(name);
            } else {
                throw new TlsException("unexpected TLS cipher suite \"" + name + "\"");
            }
        }
        return suites;
    }

    /** The versions to offer, by the JDK's names. */
    static List<String> versions(TlsSettings settings) {
        List<String> versions = new ArrayList<>();
        if (!settings.minVersion().equals("TLS1.3")) {
            versions.add("TLSv1.2");
        }
        if (!settings.maxVersion().equals("TLS1.2")) {
            versions.add("TLSv1.3");
        }
        return versions;
    }
}
