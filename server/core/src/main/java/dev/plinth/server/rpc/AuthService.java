package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.AuthenticateResponse;
import dev.plinth.api.etcdserverpb.InternalAuthenticateRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.auth.Passwords;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Users, roles, and tokens for passwords. Passwords are hashed and checked here, on a few threads
 * of their own: so every member stores the same hash, clear passwords never reach the log, and a
 * storm of logins takes no processor that other calls wait for.
 */
final class AuthService {
    private final LocalMember member;
    private final AuthStore auth;
    private final Passwords passwords;
    private final LogWriter log;
    private final Callers callers;
    private final Executor slow;

    AuthService(ServiceContext context, LogWriter log, Callers callers) {
        this.member = context.member();
        this.auth = context.auth();
        this.passwords = context.passwords();
        this.log = log;
        this.callers = callers;
        this.slow = passwords.threads();
    }

    /** Sends a request through the log as it is. */
    void administer(int field, MessageLite request, UnaryCall call) {
        callers.identify(call, caller -> log.write(field, request, caller, call));
    }

    void addUser(AuthUserAddRequest request, UnaryCall call) {
        slowly(
                call,
                () -> {
                    AuthUserAddRequest.Builder entry = request.toBuilder().clearPassword();
                    if (!request.getOptions().getNoPassword()) {
                        entry.setHashedPassword(passwords.hash(request.getPassword()));
                    }
                    // A user without options gets empty ones, which are part of what is stored.
                    entry.setOptions(request.getOptions());
                    administer(InternalRaftRequest.AUTH_USER_ADD_FIELD_NUMBER, entry.build(), call);
                });
    }

    void changePassword(AuthUserChangePasswordRequest request, UnaryCall call) {
        slowly(
                call,
                () -> {
                    AuthUserChangePasswordRequest.Builder entry =
                            request.toBuilder().clearPassword();
                    if (!request.getPassword().isEmpty()) {
                        entry.setHashedPassword(passwords.hash(request.getPassword()));
                    }
                    administer(
                            InternalRaftRequest.AUTH_USER_CHANGE_PASSWORD_FIELD_NUMBER,
                            entry.build(),
                            call);
                });
    }

    void authenticate(AuthenticateRequest request, UnaryCall call) {
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        slowly(call, () -> checkThenPropose(request, call));
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        call.refuse(reason);
                    }
                });
    }

    private void checkThenPropose(AuthenticateRequest request, UnaryCall call)
            throws RefusedException {
        long revision = auth.checkPassword(request.getName(), request.getPassword());
        InternalAuthenticateRequest entry =
                InternalAuthenticateRequest.newBuilder()
                        .setName(request.getName())
                        .setSimpleToken(auth.tokens().prefix())
                        .build();
        log.write(
                InternalRaftRequest.AUTHENTICATE_FIELD_NUMBER,
                entry,
                Caller.NOBODY,
                new Authentication(request, revision, call));
    }

    /** A step that keeps a processor busy. */
    private interface SlowStep {
        void run() throws RefusedException;
    }

    /** Runs the step on the threads for passwords; refuses when too many wait for them. */
    private void slowly(UnaryCall call, SlowStep step) {
        try {
            slow.execute(() -> {
                try {
                    step.run();
                } catch (RefusedException refused) {
                    call.refuse(refused);
                }
            });
        } catch (RejectedExecutionException _) {
            call.refuse(RefusedException.of(EtcdError.TOO_MANY_REQUESTS));
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
            if (!(result instanceof ApplyResult.Done(long storeRevision, ResponseBody body))) {
                new LogWriter.Answer(call).applied(result);
            } else if (auth.revision() != revision) {
                slowly(call, () -> checkThenPropose(request, call));
            } else {
                slowly(call, () -> reply(storeRevision, body));
            }
        }

        private void reply(long storeRevision, ResponseBody body) throws RefusedException {
            String assigned =
                    body instanceof ResponseBody.MessageBody(AuthenticateResponse response)
                            ? response.getToken()
                            : "";
            String token = auth.tokens().complete(assigned, request.getName(), revision);
            AuthenticateResponse response =
                    AuthenticateResponse.newBuilder().setToken(token).build();
            call.reply(storeRevision, ResponseBody.of(response));
        }

        @Override
        public void failed(RefusedException reason) {
            call.refuse(reason);
        }
    }
}
