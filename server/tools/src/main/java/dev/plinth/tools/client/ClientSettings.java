package dev.plinth.tools.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a cluster and as whom. Times are nanoseconds.
 *
 * @param endpoints servers, as the user wrote them; all belong to one cluster
 * @param dialTimeoutNanos bounds the authentication when the client connects
 * @param keepAliveTimeNanos silence after which a connection with open calls is probed
 * @param keepAliveTimeoutNanos how long the answer to a probe may take
 * @param maxRequestBytes largest message sent; 0 for the default of 2 MiB
 * @param maxReceiveBytes largest message received; 0 for the default of 2^31 - 1
 * @param tls absent for plain text, unless an endpoint's scheme asks for it
 * @param user name, or empty
 * @param password of the user; an empty one is never sent
 * @param token a ready-made token, or empty; it wins over the user
 */
public record ClientSettings(
        List<String> endpoints,
        long dialTimeoutNanos,
        long keepAliveTimeNanos,
        long keepAliveTimeoutNanos,
        int maxRequestBytes,
        int maxReceiveBytes,
        @Nullable TlsSettings tls,
        String user,
        String password,
        String token) {
    /** The same for other servers. */
    public ClientSettings withEndpoints(List<String> others) {
        return new ClientSettings(
                List.copyOf(others),
                dialTimeoutNanos,
                keepAliveTimeNanos,
                keepAliveTimeoutNanos,
                maxRequestBytes,
                maxReceiveBytes,
                tls,
                user,
                password,
                token);
    }

    /** The same cluster settings with other credentials and another way to encrypt. */
    public ClientSettings withIdentity(
            @Nullable TlsSettings otherTls, String otherUser, String otherPassword) {
        return new ClientSettings(
                endpoints,
                dialTimeoutNanos,
                keepAliveTimeNanos,
                keepAliveTimeoutNanos,
                maxRequestBytes,
                maxReceiveBytes,
                otherTls,
                otherUser,
                otherPassword,
                "");
    }
}
