package dev.plinth.tools.ctl;

import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The answers of a call that sends one request and gets many. Read by one thread, one at a time.
 */
final class ServerStream<A> implements AutoCloseable {
    private record Signal<A>(@Nullable A answer, Status status) {}

    private final ClientCall<?, A> call;
    private final BlockingQueue<Signal<A>> signals = new LinkedBlockingQueue<>();

    private ServerStream(ClientCall<?, A> call) {
        this.call = call;
    }

    static <Q, A> ServerStream<A> open(
            EtcdClient client,
            MethodDescriptor<Q, A> method,
            Q request,
            @Nullable Deadline deadline) {
        ClientCall<Q, A> call = client.stream(method, false, deadline);
        ServerStream<A> stream = new ServerStream<>(call);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(A message) {
                        stream.signals.add(new Signal<>(message, Status.OK));
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        stream.signals.add(new Signal<>(null, status));
                    }
                },
                new Metadata());
        call.sendMessage(request);
        call.halfClose();
        return stream;
    }

    /** The next answer; null after the last one. */
    @Nullable A next() throws CallFailure {
        call.request(1);
        try {
            Signal<A> signal = signals.take();
            if (signal.answer() == null && !signal.status().isOk()) {
                throw CallFailure.of(signal.status());
            }
            return signal.answer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CallFailure.of(Status.CANCELLED);
        }
    }

    @Override
    public void close() {
        call.cancel("closed", null);
    }
}
