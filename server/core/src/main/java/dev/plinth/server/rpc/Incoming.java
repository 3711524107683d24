package dev.plinth.server.rpc;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A message as it came in: decoded, or the status to answer with. Decoding does not throw, since
 * gRPC would answer that with a status of its own and a stack trace in the log.
 */
final class Incoming<Q> {
    private final @Nullable Q request;
    private final Status status;

    private Incoming(@Nullable Q request, Status status) {
        this.request = request;
        this.status = status;
    }

    static <Q> Incoming<Q> of(Q request) {
        return new Incoming<>(request, Status.OK);
    }

    static <Q> Incoming<Q> refused(Status status) {
        assert !status.isOk();
        return new Incoming<>(null, status);
    }

    /** The request; null when it is refused. */
    @Nullable Q request() {
        return request;
    }

    /** Why it is refused. */
    Status status() {
        return status;
    }
}
