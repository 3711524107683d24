package dev.plinth.server.rpc;

import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import io.grpc.Metadata;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out on whose behalf a call is made.
 *
 * <p>A simple token carries the log index that must be applied before it can be known here; a
 * member that is behind waits for it. Nothing is looked at while auth is off.
 */
final class Callers {
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";

    /** Goes on with a request once its caller is known. */
    interface Action {
        void run(Caller caller) throws RefusedException;
    }

    /** Told when there is no going on. */
    interface Refusal {
        void refuse(RefusedException reason);
    }

    private final AuthStore auth;
    private final LocalMember member;
    private final long waitNanos;

    Callers(ServiceContext context) {
        this.auth = context.auth();
        this.member = context.member();
        this.waitNanos = context.limits().requestTimeoutNanos();
    }

    /** Runs the action with the caller of the call, or refuses the call. */
    void identify(UnaryCall call, Action action) {
        identify(call.headers(), action, call::refuse);
    }

    /** Runs the action, now or on another thread, or says why not. */
    void identify(Metadata headers, Action action, Refusal refusal) {
        if (!auth.isEnabled()) {
            run(action, Caller.NOBODY, refusal);
            return;
        }
        String token = token(headers);
        if (token == null) {
            String name = CertificateUser.of(headers);
            run(action, name == null ? Caller.NOBODY : auth.certified(name), refusal);
            return;
        }
        long index = auth.tokens().index(token);
        if (index < 0) {
            refusal.refuse(RefusedException.of(EtcdError.INVALID_AUTH_TOKEN));
            return;
        }
        if (Long.compareUnsigned(member.appliedIndex(), index) >= 0) {
            lookUp(token, action, refusal);
            return;
        }
        member.awaitApplied(
                index,
                waitNanos,
                new Barrier() {
                    @Override
                    public void passed() {
                        lookUp(token, action, refusal);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        refusal.refuse(RefusedException.of(EtcdError.INVALID_AUTH_TOKEN));
                    }
                });
    }

    /** The caller, waited for; for threads that may wait. */
    Caller await(Metadata headers) throws RefusedException, InterruptedException {
        CompletableFuture<Caller> found = new CompletableFuture<>();
        identify(headers, found::complete, found::completeExceptionally);
        try {
            return found.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void lookUp(String token, Action action, Refusal refusal) {
        Caller caller;
        try {
            caller = auth.caller(token);
        } catch (RefusedException refused) {
            refusal.refuse(refused);
            return;
        }
        run(action, caller, refusal);
    }

    private static void run(Action action, Caller caller, Refusal refusal) {
        try {
            action.run(caller);
        } catch (RefusedException refused) {
            refusal.refuse(refused);
        }
    }

    /** The token that came with a call, for another member to check; empty when there is none. */
    static String tokenOf(UnaryCall call) {
        String token = token(call.headers());
        return token == null ? "" : token;
    }

    private static @Nullable String token(Metadata headers) {
        String token = headers.get(TOKEN);
        if (token == null) {
            token = headers.get(AUTHORIZATION);
        }
        return token != null && token.startsWith(BEARER) ? token.substring(BEARER.length()) : token;
    }
}
