package dev.plinth.client;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
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
        if (colon < 0) {
            return text.startsWith("unix:") || text.startsWith("unixs:")
                    ? new Endpoint(
                            text.substring(0, text.indexOf(':')),
                            text.substring(text.indexOf(':') + 1))
                    : checked(new Endpoint("", text));
        }
        String scheme = text.substring(0, colon);
        String rest = text.substring(colon + 3);
        return switch (scheme) {
            case "unix", "unixs" -> new Endpoint(scheme, rest);
            case "http", "https" -> checked(new Endpoint(scheme, rest.replaceFirst("/.*", "")));
            default -> throw new IllegalArgumentException("no such scheme: " + text);
        };
    }

    private static Endpoint checked(Endpoint endpoint) {
        if (endpoint.host().isEmpty() || endpoint.port() < 0 || endpoint.port() > 65535) {
            throw new IllegalArgumentException("neither host:port nor a URL: " + endpoint.address);
        }
        return endpoint;
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

    private int colonOfPort() {
        int colon = address.lastIndexOf(':');
        return address.endsWith("]") ? -1 : colon;
    }

    String host() {
        int colon = colonOfPort();
        String host = colon < 0 ? address : address.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    private int port() {
        int colon = colonOfPort();
        try {
            return colon < 0 ? DEFAULT_PORT : Integer.parseInt(address.substring(colon + 1));
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    /** As users write it. */
    String text() {
        return scheme.isEmpty() ? address : scheme + "://" + address;
    }

    /** The name that the server's certificate must have, and its port. */
    String authority() {
        return isUnix() ? "localhost" : address;
    }

    /** Resolves the name, which may take a while; an address that has none fails when used. */
    EquivalentAddressGroup addressGroup() {
        SocketAddress socket =
                isUnix()
                        ? UnixDomainSocketAddress.of(address)
                        : new InetSocketAddress(host(), port());
        return new EquivalentAddressGroup(
                socket,
                Attributes.newBuilder()
                        .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, authority())
                        .build());
    }
}
