package dev.plinth.server.rpc;

import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.MemoryBudget;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Receives the single request of a call, runs the checks that come before all others, and starts
 * the method.
 */
final class UnaryHandler<Q> implements ServerCallHandler<Incoming<Q>, Reply> {
    /** Starts a method; it may answer now or later. */
    interface Method<Q> {
        void start(Q request, UnaryCall call) throws RefusedException;
    }

    private final LocalMember member;
    private final MemoryBudget memory;
    private final CallGuard guard;
    private final CallGuard.LearnerRule<? super Q> learnerRule;
    private final Method<Q> method;
    private final SlowCalls slowCalls;

    UnaryHandler(
            LocalMember member,
            SlowCalls slowCalls,
            MemoryBudget memory,
            CallGuard guard,
            CallGuard.LearnerRule<? super Q> learnerRule,
            Method<Q> method) {
        this.member = member;
        this.memory = memory;
        this.guard = guard;
        this.learnerRule = learnerRule;
        this.method = method;
        this.slowCalls = slowCalls;
    }

    @Override
    public ServerCall.Listener<Incoming<Q>> startCall(
            ServerCall<Incoming<Q>, Reply> call, Metadata headers) {
        UnaryCall answer = new UnaryCall(call, headers, member, slowCalls, memory);
        ReceivedBytes.onExcess(answer::refuse);
        // Two, so that a second message of a client that breaks the rules is seen.
        call.request(2);
        return new Receiver(call, answer);
    }

    private final class Receiver extends ServerCall.Listener<Incoming<Q>> {
        private final ServerCall<Incoming<Q>, Reply> grpcCall;
        private final UnaryCall call;
        private @Nullable Q request;

        Receiver(ServerCall<Incoming<Q>, Reply> grpcCall, UnaryCall call) {
            this.grpcCall = grpcCall;
            this.call = call;
        }

        @Override
        public void onMessage(Incoming<Q> message) {
            if (request != null) {
                call.fail(Status.INTERNAL.withDescription("Too many requests"));
                return;
            }
            request = message.request();
            if (request == null) {
                call.fail(message.status());
            }
        }

        @Override
        public void onReady() {
            call.signal();
        }

        @Override
        public void onCancel() {
            call.ended();
        }

        @Override
        public void onComplete() {
            call.ended();
        }

        @Override
        public void onHalfClose() {
            if (call.isAnswered()) {
                return;
            }
            Q received = request;
            if (received == null) {
                call.fail(Status.INTERNAL.withDescription("Half-closed without a request"));
                return;
            }
            call.asks(received);
            try {
                guard.checkUnary(learnerRule.allows(received), call.headers());
                method.start(received, call);
            } catch (RefusedException refused) {
                call.refuse(refused);
            } catch (StatusRuntimeException e) {
                call.fail(e.getStatus());
            } catch (RuntimeException e) {
                guard.unexpected(grpcCall.getMethodDescriptor().getFullMethodName(), e);
                call.fail(Status.UNKNOWN.withDescription(String.valueOf(e.getMessage())));
            }
        }
    }
}
