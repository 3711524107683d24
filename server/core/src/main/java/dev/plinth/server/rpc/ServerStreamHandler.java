package dev.plinth.server.rpc;

import dev.plinth.mvcc.MvccException;
import dev.plinth.server.apply.MvccRefusals;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.RefusedException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Receives the request of a server stream and runs its method on a thread that may wait. */
final class ServerStreamHandler<Q> implements ServerCallHandler<Incoming<Q>, Reply> {
    /** Produces the whole stream. */
    interface Method<Q> {
        void run(Q request, Caller caller, StreamSender sender)
                throws RefusedException, InterruptedException;
    }

    private final CallGuard guard;
    private final boolean allowedOnLearner;
    private final Callers callers;
    private final Executor background;
    private final Method<Q> method;

    ServerStreamHandler(
            CallGuard guard,
            boolean allowedOnLearner,
            Callers callers,
            Executor background,
            Method<Q> method) {
        this.callers = callers;
        this.guard = guard;
        this.allowedOnLearner = allowedOnLearner;
        this.background = background;
        this.method = method;
    }

    @Override
    public ServerCall.Listener<Incoming<Q>> startCall(
            ServerCall<Incoming<Q>, Reply> call, Metadata headers) {
        call.request(2);
        StreamSender sender = new StreamSender(call);
        return new ServerCall.Listener<>() {
            private @Nullable Incoming<Q> request;

            @Override
            public void onMessage(Incoming<Q> message) {
                request = message;
            }

            @Override
            public void onHalfClose() {
                Incoming<Q> received = request;
                if (received == null) {
                    sender.close(Status.INTERNAL.withDescription("Half-closed without a request"));
                    return;
                }
                Q decoded = received.request();
                if (decoded == null) {
                    sender.close(received.status());
                    return;
                }
                background.execute(() -> run(call, headers, decoded, sender));
            }

            @Override
            public void onReady() {
                sender.signal();
            }

            @Override
            public void onCancel() {
                sender.signal();
            }
        };
    }

    private void run(
            ServerCall<Incoming<Q>, Reply> call, Metadata headers, Q request, StreamSender sender) {
        try {
            guard.checkStream(allowedOnLearner, headers);
            call.sendHeaders(new Metadata());
            method.run(request, callers.await(headers), sender);
            sender.close(Status.OK);
        } catch (RefusedException refused) {
            sender.close(ErrorMapping.status(refused));
        } catch (MvccException refused) {
            sender.close(ErrorMapping.status(MvccRefusals.refusal(refused)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sender.close(Status.UNAVAILABLE.withDescription("etcdserver: server stopped"));
        } catch (RuntimeException e) {
            guard.unexpected(call.getMethodDescriptor().getFullMethodName(), e);
            sender.close(Status.UNKNOWN.withDescription(String.valueOf(e.getMessage())));
        }
    }
}
