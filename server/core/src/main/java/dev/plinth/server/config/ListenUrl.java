package dev.plinth.server.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A URL that a member listens on or advertises.
 *
 * @param scheme {@code http}, {@code https}, {@code unix} or {@code unixs}
 * @param host host name or address, without brackets; for unix schemes host and path as written
 * @param port port, -1 for unix schemes
 * @param text the URL as given, trimmed
 */
public record ListenUrl(String scheme, String host, int port, String text) {
    /** Parses one URL; the messages are etcd's. */
    public static ListenUrl parse(String given) {
        String in = given.strip();
        int colon = in.indexOf("://");
        String scheme = colon < 0 ? "" : in.substring(0, colon);
        String rest = colon < 0 ? in : in.substring(colon + 3);
        return switch (scheme) {
            case "http", "https" -> parseNetwork(in, scheme, rest);
            case "unix", "unixs" -> new ListenUrl(scheme, rest, -1, in);
            default ->
                    throw new IllegalArgumentException(
                            "URL scheme must be http, https, unix, or unixs: " + in);
        };
    }

    /** Parses URLs separated by commas, sorted by their text. */
    public static List<ListenUrl> parseList(String text) {
        List<ListenUrl> urls = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            urls.add(parse(part));
        }
        urls.sort(Comparator.comparing(ListenUrl::text));
        return List.copyOf(urls);
    }

    /** Texts of the URLs, in their order. */
    public static List<String> texts(List<ListenUrl> urls) {
        return urls.stream().map(ListenUrl::text).toList();
    }

    /** True for schemes that demand TLS. */
    public boolean isSecure() {
        return scheme.equals("https") || scheme.equals("unixs");
    }

    /** True for a socket in the file system. */
    public boolean isUnix() {
        return port < 0;
    }

    /** {@code host:port}, with brackets around an IPv6 address. */
    public String address() {
        if (isUnix()) {
            return host;
        }
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    private static ListenUrl parseNetwork(String in, String scheme, String rest) {
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        int separator = authority.lastIndexOf(':');
        boolean isBracketed = authority.startsWith("[");
        int closing = authority.indexOf(']');
        boolean hasPort =
                separator >= 0
                        && (isBracketed
                                ? closing == separator - 1
                                : authority.indexOf(':') == separator);
        if (!hasPort) {
            throw new IllegalArgumentException(
                    "URL address does not have the form \"host:port\": " + in);
        }
        String digits = authority.substring(separator + 1);
        int port = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new IllegalArgumentException(
                        "parse \"" + in + "\": invalid port \":" + digits + "\" after host");
            }
            port = Math.min(65_536, port * 10 + digit);
        }
        if (port > 65_535) {
            throw new IllegalArgumentException("address " + digits + ": invalid port");
        }
        if (slash >= 0) {
            throw new IllegalArgumentException("URL must not contain a path: " + in);
        }
        String host =
                isBracketed ? authority.substring(1, closing) : authority.substring(0, separator);
        return new ListenUrl(scheme, host, port, in);
    }
}
