package dev.plinth.server.rpc;

import dev.plinth.server.core.RefusedException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Puts the checks that come before all others in front of services that do not make them. */
record GuardInterceptor(CallGuard guard) implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        try {
            guard.checkStream(false, headers);
        } catch (RefusedException refused) {
            call.close(ErrorMapping.status(refused), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }
}
