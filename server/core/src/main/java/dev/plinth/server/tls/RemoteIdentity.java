package dev.plinth.server.tls;

import io.netty.channel.Channel;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of an accepted connection.
 *
 * @param session of the handshake
 * @param commonName common name of the certificate that was shown; empty when none was
 */
public record RemoteIdentity(SSLSession session, String commonName) {
    /** Of a connection, or of a stream on one; null for one in the clear. */
    public static @Nullable RemoteIdentity of(Channel channel) {
        Channel parent = channel.parent();
        RemoteIdentity own = channel.attr(AcceptedConnection.IDENTITY).get();
        return own != null || parent == null ? own : parent.attr(AcceptedConnection.IDENTITY).get();
    }
}
