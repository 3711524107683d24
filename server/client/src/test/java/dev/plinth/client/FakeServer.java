package dev.plinth.client;

import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.AuthenticateResponse;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** A server whose answers a test makes, and which keeps what it was asked. */
final class FakeServer implements AutoCloseable {
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    /** Tokens in the order of all calls; no token is no text. */
    final List<String> tokens = new CopyOnWriteArrayList<>();

    final List<RangeRequest> ranges = new CopyOnWriteArrayList<>();
    final List<PutRequest> puts = new CopyOnWriteArrayList<>();
    final List<TxnRequest> txns = new CopyOnWriteArrayList<>();

    /** Streams of watches and of renewals, in the order in which they were opened. */
    final BlockingQueue<Streaming<WatchRequest, WatchResponse>> watches =
            new LinkedBlockingQueue<>();

    final BlockingQueue<Streaming<LeaseKeepAliveRequest, LeaseKeepAliveResponse>> renewals =
            new LinkedBlockingQueue<>();

    volatile Function<RangeRequest, RangeResponse> onRange =
            _ -> RangeResponse.getDefaultInstance();
    volatile Function<PutRequest, PutResponse> onPut = _ -> PutResponse.getDefaultInstance();
    volatile Function<TxnRequest, TxnResponse> onTxn = _ -> TxnResponse.getDefaultInstance();
    volatile Function<AuthenticateRequest, AuthenticateResponse> onAuthenticate =
            _ -> AuthenticateResponse.getDefaultInstance();

    final HealthStatusManager health = new HealthStatusManager();
    private final Server server;

    FakeServer() {
        try {
            server =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .addService(health.getHealthService())
                            .addService(new Keys())
                            .addService(new Logins())
                            .addService(new Watching())
                            .addService(new Renewing())
                            .intercept(new Listening())
                            .build()
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    /** Ends all connections; nobody is served any more. */
    void stop() {
        server.shutdownNow();
    }

    @Override
    public void close() {
        stop();
    }

    private static <Q, A> void answer(
            Q request, Function<Q, A> handler, StreamObserver<A> observer) {
        try {
            observer.onNext(handler.apply(request));
            observer.onCompleted();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
        }
    }

    private final class Listening implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String token = headers.get(TOKEN);
            if (call.getMethodDescriptor().getFullMethodName().startsWith("etcdserverpb")) {
                tokens.add(token == null ? "" : token);
            }
            return next.startCall(call, headers);
        }
    }

    private final class Keys extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
            ranges.add(request);
            answer(request, onRange, observer);
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> observer) {
            puts.add(request);
            answer(request, onPut, observer);
        }

        @Override
        public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
            txns.add(request);
            answer(request, onTxn, observer);
        }
    }

    /** What a client asks on one stream, and where it is answered. */
    record Streaming<Q, A>(BlockingQueue<Q> asked, StreamObserver<A> answers) {
        private static <Q, A> StreamObserver<Q> open(
                BlockingQueue<Streaming<Q, A>> streams, StreamObserver<A> answers) {
            BlockingQueue<Q> asked = new LinkedBlockingQueue<>();
            streams.add(new Streaming<>(asked, answers));
            return new StreamObserver<>() {
                @Override
                public void onNext(Q request) {
                    asked.add(request);
                }

                @Override
                public void onError(Throwable left) {
                    asked.clear();
                }

                @Override
                public void onCompleted() {
                    answers.onCompleted();
                }
            };
        }
    }

    private final class Watching extends WatchGrpc.WatchImplBase {
        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
            return Streaming.open(watches, answers);
        }
    }

    private final class Renewing extends LeaseGrpc.LeaseImplBase {
        @Override
        public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
                StreamObserver<LeaseKeepAliveResponse> answers) {
            return Streaming.open(renewals, answers);
        }
    }

    private final class Logins extends AuthGrpc.AuthImplBase {
        @Override
        public void authenticate(
                AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
            answer(request, onAuthenticate, observer);
        }
    }
}
