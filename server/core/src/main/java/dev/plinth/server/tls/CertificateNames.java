package dev.plinth.server.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Whom a certificate names.
 *
 * @param common common name of the subject, empty if it has none
 * @param hosts DNS names
 * @param addresses IP addresses
 */
record CertificateNames(String common, List<String> hosts, List<InetAddress> addresses) {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    static CertificateNames of(X509Certificate certificate) throws CertificateParsingException {
        List<String> hosts = new ArrayList<>();
        List<InetAddress> addresses = new ArrayList<>();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                Integer kind = (Integer) alternative.get(0);
                if (kind == DNS_NAME) {
                    hosts.add(String.valueOf(alternative.get(1)));
                } else if (kind == IP_ADDRESS) {
                    addresses.add(InetAddress.ofLiteral(String.valueOf(alternative.get(1))));
                }
            }
        }
        return new CertificateNames(common(certificate), hosts, addresses);
    }

    /** The last common name, which is the one that Go reads. */
    private static String common(X509Certificate certificate) {
        try {
            LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
            String found = "";
            // From the most general part to the most special one, the order of the certificate.
            for (Rdn part : subject.getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    found = String.valueOf(part.getValue());
                }
            }
            return found;
        } catch (InvalidNameException _) {
            return "";
        }
    }

    /** Whether the certificate is one of the host, a name or an address. */
    boolean isOf(String host) {
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            return addresses.contains(address);
        } catch (IllegalArgumentException _) {
            return hosts.stream().anyMatch(name -> matches(name, host));
        }
    }

    /** A star stands for one whole label, the first one. */
    private static boolean matches(String pattern, String host) {
        String wanted = withoutRoot(host);
        String name = withoutRoot(pattern);
        if (!name.startsWith("*.")) {
            return name.equals(wanted);
        }
        int dot = wanted.indexOf('.');
        return dot > 0 && wanted.substring(dot).equals(name.substring(1));
    }

    private static String withoutRoot(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /**
     * Whether the certificate fits the address that it was shown from: one without names fits any.
     * Looks up names, so it blocks.
     */
    boolean fits(InetAddress remote) {
        if (addresses.isEmpty() && hosts.isEmpty()) {
            return true;
        }
        if (addresses.contains(remote)) {
            return true;
        }
        return !hosts.isEmpty()
                && (isNamed(remote) || hosts.stream().anyMatch(h -> leads(h, remote)));
    }

    private boolean isNamed(InetAddress remote) {
        String name = remote.getCanonicalHostName();
        return !name.equals(remote.getHostAddress())
                && hosts.stream().anyMatch(host -> matches(host, name));
    }

    private static boolean leads(String host, InetAddress remote) {
        if (host.startsWith("*.")) {
            return false;
        }
        try {
            return Arrays.asList(InetAddress.getAllByName(host)).contains(remote);
        } catch (UnknownHostException _) {
            return false;
        }
    }
}
