package dev.plinth.server.gateway;

import java.util.Set;

/**
 * Settings of HTTP on the client port.
 *
 * @param gatewayEnabled whether the JSON form of the services is offered
 * @param corsOrigins origins that browsers may call from; {@code *} for all
 * @param hostWhitelist host names that clear-text requests may carry; empty or {@code *} for all
 * @param certificatesNameUsers whether a client's certificate says who it is
 * @param messageBytesMax largest message that a service reads
 */
public record HttpOptions(
        boolean gatewayEnabled,
        Set<String> corsOrigins,
        Set<String> hostWhitelist,
        boolean certificatesNameUsers,
        int messageBytesMax) {
    /** Copies the sets. */
    public HttpOptions {
        corsOrigins = Set.copyOf(corsOrigins);
        hostWhitelist = Set.copyOf(hostWhitelist);
    }

    boolean allowsHost(String host) {
        return hostWhitelist.isEmpty()
                || hostWhitelist.contains("*")
                || hostWhitelist.contains(host);
    }
}
