package dev.plinth.server.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.server.tls.RemoteIdentity;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The user that a client's certificate names, for calls without a token.
 *
 * <p>Listeners that demand certificates because of {@code --client-cert-auth} write it into the
 * headers of their calls, all others take it out: what a client sends under that name never counts.
 * The JSON gateway passes no headers of this kind on, so its callers need a token, as in etcd.
 */
public final class CertificateUser {
    private static final Attributes.Key<String> OF_CONNECTION =
            Attributes.Key.create("dev.plinth.certificate-user");
    private static final Metadata.Key<byte[]> HEADER =
            Metadata.Key.of("plinth-certificate-user-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private CertificateUser() {}

    /** The user, or null when no certificate names one. */
    static @Nullable String of(Metadata headers) {
        byte[] name = headers.get(HEADER);
        return name == null ? null : new String(name, UTF_8);
    }

    /** Takes the user along to calls that are made on its behalf inside the process. */
    public static void copy(Metadata from, Metadata to) {
        byte[] name = from.get(HEADER);
        if (name != null) {
            to.put(HEADER, name);
        }
    }

    /** What the calls of a connection shall know of its certificate. */
    static Attributes remember(Channel connection, Attributes known) {
        RemoteIdentity identity = RemoteIdentity.of(connection);
        return identity == null || identity.commonName().isEmpty()
                ? known
                : known.toBuilder().set(OF_CONNECTION, identity.commonName()).build();
    }

    /**
     * Stands before all calls of a listener.
     *
     * @param counts whether certificates name users here
     */
    record Interceptor(boolean counts) implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            headers.discardAll(HEADER);
            String name = counts ? call.getAttributes().get(OF_CONNECTION) : null;
            if (name != null) {
                headers.put(HEADER, name.getBytes(UTF_8));
            }
            return next.startCall(call, headers);
        }
    }
}
