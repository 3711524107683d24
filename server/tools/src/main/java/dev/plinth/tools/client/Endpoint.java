package dev.plinth.tools.client;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * A server's address as users write it: {@code host:port}, or a URL with one of the schemes {@code
 * http}, {@code https}, {@code unix}, {@code unixs}.
 *
 * @param scheme empty if none was given
 * @param address what follows the scheme, without a path
 */
record Endpoint(String scheme, String address) {
    private static final int DEFAULT_PORT = 2379;

    static Endpoint of(String text) {
        int colon = text.indexOf("://");
        String scheme = colon < 0 ? "" : text.substring(0, colon);
        String rest = colon < 0 ? text : text.substring(colon + 3);
        if (scheme.isEmpty() && (rest.startsWith("unix:") || rest.startsWith("unixs:"))) {
            int end = rest.indexOf(':');
            return new Endpoint(rest.substring(0, end), rest.substring(end + 1));
        }
        if (scheme.startsWith("unix")) {
            return new Endpoint(scheme, rest);
        }
        int slash = rest.indexOf('/');
        return new Endpoint(scheme, slash < 0 ? rest : rest.substring(0, slash));
    }

    boolean isUnix() {
        return scheme.equals("unix") || scheme.equals("unixs");
    }

    /** Whether the scheme demands encryption. */
    boolean wantsTls() {
        return scheme.equals("https") || scheme.equals("unixs");
    }

    /** Whether the scheme rules encryption out. */
    boolean refusesTls() {
        return scheme.equals("http") || scheme.equals("unix");
    }

    String host() {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 || address.endsWith("]") ? address : address.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    /** The name that a server's certificate must have, and its port. */
    String authority() {
        return isUnix() ? "localhost" : address;
    }

    SocketAddress socketAddress() {
        if (isUnix()) {
            return UnixDomainSocketAddress.of(address);
        }
        int colon = address.lastIndexOf(':');
        int port = DEFAULT_PORT;
        if (colon >= 0 && !address.endsWith("]")) {
            try {
                port = Integer.parseInt(address.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("no port in " + address, e);
            }
        }
        return new InetSocketAddress(host(), port);
    }
}
