package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.InternalAuthenticateRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.auth.Passwords;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import java.util.concurrent.Executor;

/**
 * Users, roles, and tokens for passwords. Runs on threads that may be kept busy: passwords are
 * hashed here, so that every member stores the same hash, and clear passwords never reach the log.
 */
final class AuthService {
    private final LocalMember member;
    private final AuthStore auth;
    private final Passwords passwords;
    private final LogWriter log;
    private final Callers callers;
    private final Executor background;

    AuthService(ServiceContext context, LogWriter log, Callers callers) {
        this.member = context.member();
        this.auth = context.auth();
        this.passwords = context.passwords();
        this.log = log;
        this.callers = callers;
        this.background = context.background();
    }

    /** Sends a request through the log as it is. */
    void administer(int field, MessageLite request, UnaryCall call) {
        callers.identify(call, caller -> log.write(field, request, caller, call));
    }

    void addUser(AuthUserAddRequest request, UnaryCall call) throws RefusedException {
        AuthUserAddRequest.Builder entry = request.toBuilder().clearPassword();
        if (!request.getOptions().getNoPassword()) {
            entry.setHashedPassword(passwords.hash(request.getPassword()));
        }
        // A user without options gets empty ones, which are part of what is stored.
        entry.setOptions(request.getOptions());
        administer(InternalRaftRequest.AUTH_USER_ADD_FIELD_NUMBER, entry.build(), call);
    }

    void changePassword(AuthUserChangePasswordRequest request, UnaryCall call)
            throws RefusedException {
        AuthUserChangePasswordRequest.Builder entry = request.toBuilder().clearPassword();
        if (!request.getPassword().isEmpty()) {
            entry.setHashedPassword(passwords.hash(request.getPassword()));
        }
        administer(InternalRaftRequest.AUTH_USER_CHANGE_PASSWORD_FIELD_NUMBER, entry.build(), call);
    }

    void authenticate(AuthenticateRequest request, UnaryCall call) {
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        background.execute(() -> checkThenPropose(request, call));
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        call.refuse(reason);
                    }
                });
    }

    private void checkThenPropose(AuthenticateRequest request, UnaryCall call) {
        try {
            long revision = auth.checkPassword(request.getName(), request.getPassword());
            InternalAuthenticateRequest entry =
                    InternalAuthenticateRequest.newBuilder()
                            .setName(request.getName())
                            .setSimpleToken(auth.tokenPrefix())
                            .build();
            log.write(
                    InternalRaftRequest.AUTHENTICATE_FIELD_NUMBER,
                    entry,
                    Caller.NOBODY,
                    new Authentication(request, revision, call));
        } catch (RefusedException refused) {
            call.refuse(refused);
        }
    }

    /**
     * Answers with the token, unless rights have changed since the password was checked: then all
     * is done again.
     */
    private final class Authentication implements LogWriter.Outcome {
        private final AuthenticateRequest request;
        private final long revision;
        private final UnaryCall call;

        Authentication(AuthenticateRequest request, long revision, UnaryCall call) {
            this.request = request;
            this.revision = revision;
            this.call = call;
        }

        @Override
        public void applied(ApplyResult result) {
            if (result instanceof ApplyResult.Done && auth.revision() != revision) {
                background.execute(() -> checkThenPropose(request, call));
            } else {
                new LogWriter.Answer(call).applied(result);
            }
        }

        @Override
        public void failed(RefusedException reason) {
            call.refuse(reason);
        }
    }
}
