package dev.plinth.server.concurrency;

import dev.plinth.server.rpc.CertificateUser;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;

/** Keeps what identifies the caller, so that the requests made on its behalf can carry it. */
final class CallerHeaders implements ServerInterceptor {
    private static final Context.Key<Metadata> HEADERS = Context.key("caller-headers");
    private static final List<Metadata.Key<String>> FORWARDED =
            List.of(key("token"), key("authorization"), key("hasleader"));

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** What the present call's caller sent. */
    static Metadata current() {
        Metadata headers = HEADERS.get();
        return headers == null ? new Metadata() : headers;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Metadata forwarded = new Metadata();
        for (Metadata.Key<String> key : FORWARDED) {
            String value = headers.get(key);
            if (value != null) {
                forwarded.put(key, value);
            }
        }
        CertificateUser.copy(headers, forwarded);
        Context context = Context.current().withValue(HEADERS, forwarded);
        return Contexts.interceptCall(context, call, headers, next);
    }
}
