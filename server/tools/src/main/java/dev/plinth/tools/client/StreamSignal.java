package dev.plinth.tools.client;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has said.
 *
 * @param response absent when the stream has ended
 * @param status how it has ended
 */
record StreamSignal<A>(@Nullable A response, Status status) {
    /** Queues all that a stream says, for the one thread that waits for it. */
    static <A> ClientCall.Listener<A> into(
            BlockingQueue<StreamSignal<A>> signals, ClientCall<?, A> stream) {
        return new ClientCall.Listener<>() {
            @Override
            public void onMessage(A message) {
                signals.add(new StreamSignal<>(message, Status.OK));
                stream.request(1);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                signals.add(new StreamSignal<>(null, status));
            }
        };
    }
}
