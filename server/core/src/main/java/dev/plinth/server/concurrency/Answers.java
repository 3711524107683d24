package dev.plinth.server.concurrency;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.Objects;

/** How calls of these services run and how they end. */
final class Answers {
    private Answers() {}

    /** Makes the answer; blocks as long as it takes. */
    interface Action<R> {
        R run(Channel channel) throws StatusException, InterruptedException;
    }

    /** Something that is done for a call that has ended. */
    interface Cleanup {
        void run(Contenders contenders) throws StatusException;
    }

    /** The work of a call, from its request to its last answer. */
    interface Body {
        void run() throws StatusException, InterruptedException;
    }

    /** Runs the action on behalf of the caller and sends what it returns. */
    static <R> void answer(Channel own, StreamObserver<R> observer, Action<R> action) {
        end(
                observer,
                () -> {
                    R response = action.run(onBehalfOfCaller(own));
                    observer.onNext(response);
                    observer.onCompleted();
                });
    }

    /** Runs the body and, when it fails, ends the call with the reason. */
    static void end(StreamObserver<?> observer, Body body) {
        try {
            body.run();
        } catch (StatusException e) {
            observer.onError(refusal(e.getStatus()));
        } catch (StatusRuntimeException e) {
            observer.onError(refusal(e.getStatus()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            observer.onError(Status.CANCELLED.asRuntimeException());
        }
    }

    /** The member's own services, called with the credentials of the present call's caller. */
    static Channel onBehalfOfCaller(Channel own) {
        return ClientInterceptors.intercept(
                own, MetadataUtils.newAttachHeadersInterceptor(CallerHeaders.current()));
    }

    /**
     * Withdraws for a caller who has gone away: its own context is cancelled, so another one is
     * used. That the withdrawal fails too changes nothing for anybody; the lease ends the key.
     */
    static void withdraw(Contenders contenders, Cleanup cleanup) {
        Context.ROOT.run(() -> {
            try {
                cleanup.run(contenders);
            } catch (StatusException | StatusRuntimeException _) {
                // The key goes with its lease.
            }
        });
    }

    static StatusException unknown(String text) {
        return Status.UNKNOWN.withDescription(text).asException();
    }

    /** Whether the caller of the present call has cancelled it or its deadline has passed. */
    static boolean isCallerGone() {
        return Context.current().isCancelled();
    }

    private static StatusRuntimeException refusal(Status status) {
        if (isCallerGone()) {
            return Status.CANCELLED.withDescription("context canceled").asRuntimeException();
        }
        return Status.UNKNOWN
                .withDescription(Objects.requireNonNullElse(status.getDescription(), ""))
                .asRuntimeException();
    }
}
