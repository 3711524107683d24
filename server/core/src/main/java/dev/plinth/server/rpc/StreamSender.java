package dev.plinth.server.rpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Sends a server stream from one thread that may wait, at the pace of the receiver.
 *
 * <p>What is in flight is bounded by the transport's own threshold: the next message is made only
 * when the call is ready for it.
 */
final class StreamSender {
    private final ServerCall<?, Reply> call;
    private final Semaphore ready = new Semaphore(0);

    StreamSender(ServerCall<?, Reply> call) {
        this.call = call;
    }

    /** The receiver may take more, or has gone away. */
    void signal() {
        ready.release();
    }

    /**
     * Sends one message when there is room for it.
     *
     * @return false when the receiver has gone away
     */
    boolean send(Reply reply) throws InterruptedException {
        if (!awaitRoom()) {
            return false;
        }
        call.sendMessage(reply);
        return true;
    }

    /** Waits for room; false when the receiver has gone away. */
    boolean awaitRoom() throws InterruptedException {
        while (!call.isReady()) {
            if (call.isCancelled()) {
                return false;
            }
            // A signal wakes at once; the bound only guards against one that came before the wait.
            var _ = ready.tryAcquire(1, TimeUnit.SECONDS);
            ready.drainPermits();
        }
        return !call.isCancelled();
    }

    void close(Status status) {
        if (!call.isCancelled()) {
            call.close(status, new Metadata());
        }
    }
}
