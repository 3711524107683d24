package dev.plinth.tools.client;

import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.server.core.EtcdError;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of a cluster: calls with etcd's rules of repetition, and streams. Connections are made
 * when the first call needs them. Any thread.
 */
public final class EtcdClient implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 100;
    private static final double PAUSE_NANOS = 25e6;
    private static final double PAUSE_JITTER = 0.1;
    private static final String API_VERSION = "3.7";
    private static final Metadata.Key<String> TOKEN = key("token");
    private static final Metadata.Key<String> CLIENT_VERSION = key("client-api-version");
    private static final Metadata.Key<String> HAS_LEADER = key("hasleader");

    private final ClientSettings settings;
    private final Connection connection;
    private final Runnable end;
    private final Random random = new Random();
    private volatile String token;

    private EtcdClient(ClientSettings settings, Connection connection, Runnable end) {
        this.settings = settings;
        this.connection = connection;
        this.end = end;
        this.token = settings.token();
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /**
     * Makes a client; with a user and a password it asks for a token at once.
     *
     * @throws CallFailure if that is refused or not answered in time, or an endpoint makes no sense
     */
    public static EtcdClient connect(ClientSettings settings) throws CallFailure {
        // Java's own selector: a tool that makes a call or two has no time to load a library.
        EventLoops own = EventLoops.selector();
        try {
            return connect(settings, own, own::close);
        } catch (CallFailure e) {
            own.close();
            throw e;
        }
    }

    /** The same on a thread that the caller shares among clients, and closes after them. */
    public static EtcdClient connect(ClientSettings settings, EventLoops shared)
            throws CallFailure {
        return connect(settings, shared, () -> {});
    }

    private static EtcdClient connect(ClientSettings settings, EventLoops loops, Runnable end)
            throws CallFailure {
        EtcdClient client = new EtcdClient(settings, Connection.open(settings, loops), end);
        try {
            client.authenticate();
            return client;
        } catch (CallFailure e) {
            client.connection.close();
            throw e;
        }
    }

    /** How it reaches the cluster. */
    public ClientSettings settings() {
        return settings;
    }

    private boolean hasCredentials() {
        return settings.token().isEmpty()
                && !settings.user().isEmpty()
                && !settings.password().isEmpty();
    }

    private void authenticate() throws CallFailure {
        if (!hasCredentials()) {
            return;
        }
        AuthenticateRequest request =
                AuthenticateRequest.newBuilder()
                        .setName(settings.user())
                        .setPassword(settings.password())
                        .build();
        Deadline deadline = Deadline.after(settings.dialTimeoutNanos(), TimeUnit.NANOSECONDS);
        try {
            token =
                    ClientCalls.blockingUnaryCall(
                                    channel(false),
                                    AuthGrpc.getAuthenticateMethod(),
                                    CallOptions.DEFAULT.withWaitForReady().withDeadline(deadline),
                                    request)
                            .getToken();
        } catch (StatusRuntimeException e) {
            CallFailure failure = CallFailure.of(e.getStatus());
            if (!failure.is(EtcdError.AUTH_NOT_ENABLED)) {
                throw failure;
            }
        }
    }

    private Channel channel(boolean requiresLeader) {
        Metadata headers = new Metadata();
        headers.put(CLIENT_VERSION, API_VERSION);
        String current = token;
        if (!current.isEmpty()) {
            headers.put(TOKEN, current);
        }
        if (requiresLeader) {
            headers.put(HAS_LEADER, "true");
        }
        return ClientInterceptors.intercept(
                connection.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /**
     * Makes a call and waits for the answer. Reads are repeated while the servers are unavailable;
     * writes only if the request was certainly not sent.
     *
     * @param deadline when to give up, or absent to wait without end
     */
    public <Q, A> A call(MethodDescriptor<Q, A> method, Q request, @Nullable Deadline deadline)
            throws CallFailure {
        CallOptions options = CallOptions.DEFAULT.withWaitForReady().withDeadline(deadline);
        for (int attempt = 1; ; attempt++) {
            Status status;
            try {
                return ClientCalls.blockingUnaryCall(channel(false), method, options, request);
            } catch (StatusRuntimeException e) {
                status = e.getStatus();
            }
            CallFailure failure = CallFailure.of(status);
            if (attempt == ATTEMPTS_MAX || isOver(deadline)) {
                throw failure;
            }
            if (wantsNewToken(failure)) {
                authenticate();
            } else if (!Repetition.isAllowed(
                    method.getFullMethodName(), failure, settings.endpoints().size())) {
                throw failure;
            }
            pauseBefore(attempt);
        }
    }

    private static boolean isOver(@Nullable Deadline deadline) {
        return deadline != null && deadline.isExpired();
    }

    private boolean wantsNewToken(CallFailure failure) {
        return hasCredentials()
                && (failure.is(EtcdError.INVALID_AUTH_TOKEN)
                        || failure.is(EtcdError.AUTH_REVISION_OLD)
                        || failure.is(EtcdError.USER_NAME_EMPTY));
    }

    /** Each server of a quorum is tried at once; then comes a pause. */
    private void pauseBefore(int attempt) {
        int quorum = settings.endpoints().size() / 2 + 1;
        if (attempt % quorum == 0) {
            double jitter = 1 + PAUSE_JITTER * (2 * random.nextDouble() - 1);
            pause((long) (PAUSE_NANOS * jitter));
        }
    }

    /** Waits so long, or until the thread is interrupted, which it stays. */
    public static void pause(long nanos) {
        try {
            boolean ended = new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS);
            assert !ended : "nobody counts it down";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Opens a stream; the caller starts it. Streams get a token of their own, since the server
     * looks at it only once.
     *
     * @param requiresLeader whether the stream is to end when the member loses the leader
     */
    public <Q, A> ClientCall<Q, A> stream(
            MethodDescriptor<Q, A> method, boolean requiresLeader, @Nullable Deadline deadline) {
        CallOptions options = CallOptions.DEFAULT.withWaitForReady();
        return channel(requiresLeader)
                .newCall(method, deadline == null ? options : options.withDeadline(deadline));
    }

    /**
     * The way to the servers for calls that are made once, with the token that this client has now.
     */
    public Channel direct() {
        return channel(false);
    }

    /** Gets a fresh token, as a stream wants it when it is opened again. */
    void renewToken() {
        try {
            authenticate();
        } catch (CallFailure e) {
            // The stream itself will be refused, with the server's reason.
            assert e.status().getCode() != Code.OK : e.text();
        }
    }

    @Override
    public void close() {
        connection.close();
        end.run();
    }
}
