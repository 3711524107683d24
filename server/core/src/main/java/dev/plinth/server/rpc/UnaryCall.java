package dev.plinth.server.rpc;

import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One call that gets one answer. The answer may come from any thread; only the first one counts.
 */
final class UnaryCall {
    private static final VarHandle ANSWERED;

    static {
        try {
            ANSWERED =
                    MethodHandles.lookup()
                            .findVarHandle(UnaryCall.class, "answered", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ServerCall<?, Reply> call;
    private final Metadata headers;
    private final LocalMember member;

    @SuppressWarnings("UnusedVariable") // through the handle
    private volatile boolean answered;

    UnaryCall(ServerCall<?, Reply> call, Metadata headers, LocalMember member) {
        this.call = call;
        this.headers = headers;
        this.member = member;
    }

    /** What the caller sent beside the request. */
    Metadata headers() {
        return headers;
    }

    /** True when the caller has gone away. */
    boolean isCancelled() {
        return call.isCancelled();
    }

    /** Answers with a header. */
    void reply(long revision, ResponseBody body) {
        reply(Reply.of(member.clusterId(), member.memberId(), revision, member.raftTerm(), body));
    }

    /** Answers. */
    void reply(Reply reply) {
        if (ANSWERED.compareAndSet(this, false, true)) {
            call.sendHeaders(new Metadata());
            call.sendMessage(reply);
            call.close(Status.OK, new Metadata());
        }
    }

    /** Answers that the request is refused. */
    void refuse(RefusedException reason) {
        fail(ErrorMapping.status(reason));
    }

    /** Answers with a status. */
    void fail(Status status) {
        if (ANSWERED.compareAndSet(this, false, true)) {
            call.close(status, new Metadata());
        }
    }
}
