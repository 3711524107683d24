package dev.plinth.client;

import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.AuthenticateResponse;
import io.grpc.Attributes;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls, and makes them again where that is safe; opens streams. Any thread; results come on
 * the connection's virtual threads.
 */
final class Calls {
    private static final String API_VERSION = "3.7";
    private static final Metadata.Key<String> TOKEN = key("token");
    private static final Metadata.Key<String> CLIENT_VERSION = key("client-api-version");
    private static final Metadata.Key<String> HAS_LEADER = key("hasleader");

    private final Connection connection;
    private final ClientSettings settings;
    private final RandomGenerator random;
    private final Tokens tokens;
    private final boolean hasIdentity;
    private volatile boolean streamsRanges = true;

    Calls(Connection connection, ClientSettings settings, RandomGenerator random) {
        this.connection = connection;
        this.settings = settings;
        this.random = random;
        this.hasIdentity = settings.user() != null || settings.token() != null;
        this.tokens = new Tokens(source());
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private Tokens.Source source() {
        Supplier<String> program = settings.token();
        if (program != null) {
            return Tokens.supplied(program);
        }
        ClientSettings.User user = settings.user();
        return user == null ? Tokens.NOBODY : () -> authenticate(user);
    }

    private CompletableFuture<String> authenticate(ClientSettings.User user) {
        AuthenticateRequest request =
                AuthenticateRequest.newBuilder()
                        .setName(user.name())
                        .setPassword(user.password())
                        .build();
        return new Unary<>(
                        AuthGrpc.getAuthenticateMethod(),
                        request,
                        CallOptions.DEFAULT,
                        AuthenticateResponse::getToken,
                        false)
                .start()
                .exceptionallyCompose(failure ->
                        unwrapped(failure) instanceof EtcdException refused
                                        && refused.reason() == Reason.AUTH_NOT_ENABLED
                                ? CompletableFuture.completedFuture("")
                                : CompletableFuture.failedFuture(unwrapped(failure)));
    }

    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    /** Whether the client says who it is, so that another token may be had. */
    boolean hasIdentity() {
        return hasIdentity;
    }

    /** Whether servers may be able to stream ranges, as far as is known. */
    boolean streamsRanges() {
        return streamsRanges;
    }

    /** One could not. */
    void forgetRangeStreams() {
        streamsRanges = false;
    }

    /** How long a call takes at most that has no deadline of its own. */
    Duration defaultDeadline() {
        return settings.defaultDeadline();
    }

    /** Where tasks of the client run. */
    Executor executor() {
        return connection.executor();
    }

    /** How many servers there are. */
    int endpoints() {
        return connection.endpoints().current().size();
    }

    /**
     * Makes a call; cancelling the future cancels the call.
     *
     * @param reading makes the result of the answer
     */
    <Q, A, R> CompletableFuture<R> call(
            MethodDescriptor<Q, A> method, Q request, CallOptions options, Function<A, R> reading) {
        return new Unary<>(method, request, options, reading, true).start();
    }

    /** Gets the token for a stream that is about to be opened. */
    CompletableFuture<String> streamToken() {
        return hasIdentity ? tokens.fresh() : tokens.current();
    }

    /** Opens a stream; it waits for a server without end. */
    <Q, A> ClientCall<Q, A> open(
            MethodDescriptor<Q, A> method,
            CallOptions options,
            String token,
            ClientCall.Listener<A> listener) {
        ClientCall<Q, A> call =
                connection
                        .channel()
                        .newCall(method, io.grpc.CallOptions.DEFAULT.withWaitForReady());
        call.start(listener, headers(options, token));
        return call;
    }

    /** The channel, for calls that say who makes them and are made in another way than here. */
    Channel identified(CallOptions options, String token) {
        return ClientInterceptors.intercept(
                connection.channel(),
                MetadataUtils.newAttachHeadersInterceptor(headers(options, token)));
    }

    /**
     * What a status of gRPC means. A connection that breaks while something is written to it comes
     * as unknown, with the transport's own exception; servers' words have no exception with them.
     */
    static Status understood(Status status) {
        return status.getCode() == Code.UNKNOWN && status.getCause() != null
                ? Status.UNAVAILABLE
                        .withDescription(status.getDescription())
                        .withCause(status.getCause())
                : status;
    }

    private static Metadata headers(CallOptions options, String token) {
        Metadata headers = new Metadata();
        headers.put(CLIENT_VERSION, API_VERSION);
        if (!token.isEmpty()) {
            headers.put(TOKEN, token);
        }
        if (options.requiresLeader()) {
            headers.put(HAS_LEADER, "true");
        }
        options.metadata().forEach((name, value) -> headers.put(key(name), value));
        return headers;
    }

    /** Knows whether a call has left for a server: before that nothing can have been done. */
    private static final class SendTracer extends ClientStreamTracer.Factory {
        private volatile boolean wasSent;

        @Override
        public ClientStreamTracer newClientStreamTracer(
                ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata sent) {
                    wasSent = true;
                }
            };
        }
    }

    /** One call with its repetitions. */
    private final class Unary<Q, A, R> {
        private final MethodDescriptor<Q, A> method;
        private final Q request;
        private final CallOptions options;
        private final Function<A, R> reading;
        private final boolean isIdentified;
        private final boolean isRepeatable;
        private final Deadline deadline;
        private final CompletableFuture<R> result = new CompletableFuture<>();
        private volatile @Nullable ClientCall<Q, A> current;

        /** Attempts follow one another, each begun by the end of the one before. */
        private int attempts;

        Unary(
                MethodDescriptor<Q, A> method,
                Q request,
                CallOptions options,
                Function<A, R> reading,
                boolean isIdentified) {
            this.method = method;
            this.request = request;
            this.options = options;
            this.reading = reading;
            this.isIdentified = isIdentified;
            this.isRepeatable = Repetition.isRepeatable(method.getFullMethodName());
            Duration time = options.deadline();
            this.deadline =
                    Deadline.after(
                            (time == null ? settings.defaultDeadline() : time).toNanos(),
                            TimeUnit.NANOSECONDS);
        }

        CompletableFuture<R> start() {
            var _ =
                    result.whenComplete((_, _) -> {
                        ClientCall<Q, A> call = current;
                        if (result.isCancelled() && call != null) {
                            call.cancel("cancelled by the caller", null);
                        }
                    });
            attempt();
            return result;
        }

        private void attempt() {
            if (isIdentified && hasIdentity) {
                attemptWith(tokens.current());
            } else {
                send("");
            }
        }

        private void attemptWith(CompletableFuture<String> token) {
            var _ =
                    token.whenComplete((got, failure) -> {
                        if (failure == null) {
                            send(got);
                        } else {
                            result.completeExceptionally(unwrapped(failure));
                        }
                    });
        }

        private void send(String token) {
            attempts++;
            SendTracer tracer = new SendTracer();
            ClientCall<Q, A> call =
                    connection
                            .channel()
                            .newCall(
                                    method,
                                    io.grpc.CallOptions.DEFAULT
                                            .withWaitForReady()
                                            .withDeadline(deadline)
                                            .withMaxOutboundMessageSize(settings.sendBytesMax())
                                            .withStreamTracerFactory(tracer));
            current = call;
            call.start(new Listener(token, tracer), headers(options, token));
            call.sendMessage(request);
            call.halfClose();
            call.request(2);
            if (result.isCancelled()) {
                call.cancel("cancelled by the caller", null);
            }
        }

        private void read(A answer) {
            try {
                result.complete(reading.apply(answer));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }

        private void failed(Status status, String token, boolean wasSent) {
            boolean isHarmless = isRepeatable || !wasSent;
            EtcdException failure =
                    isHarmless ? EtcdException.of(status) : EtcdException.ofWrite(status);
            if (attempts >= settings.retry().attemptsMax() || deadline.isExpired()) {
                result.completeExceptionally(failure);
            } else if (isIdentified && hasIdentity && Repetition.wantsToken(failure)) {
                pause(() -> attemptWith(tokens.replace(token)));
            } else if (Repetition.isAllowed(isHarmless, failure, endpoints())
                    && !connection.channel().isShutdown()) {
                pause(this::attempt);
            } else {
                result.completeExceptionally(failure);
            }
        }

        private void pause(Runnable next) {
            if (result.isDone()) {
                return;
            }
            long nanos = settings.retry().pauseNanos(attempts, endpoints(), random);
            if (nanos == 0) {
                next.run();
            } else {
                CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, executor())
                        .execute(next);
            }
        }

        private final class Listener extends ClientCall.Listener<A> {
            private final String token;
            private final SendTracer tracer;
            private @Nullable A answer;

            Listener(String token, SendTracer tracer) {
                this.token = token;
                this.tracer = tracer;
            }

            @Override
            public void onMessage(A message) {
                answer = message;
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                A got = answer;
                if (status.isOk() && got != null) {
                    read(got);
                } else {
                    Status known =
                            status.isOk()
                                    ? Status.INTERNAL.withDescription("no answer in the answer")
                                    : understood(status);
                    failed(known, token, tracer.wasSent);
                }
            }
        }
    }
}
