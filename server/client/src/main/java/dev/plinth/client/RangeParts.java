package dev.plinth.client;

import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeStreamResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One range as a server streams it: parts in the order of keys, all as of one revision. At most one
 * part waits here; the server is asked for the next when it is taken. One reading thread. Source:
 * mvcc.md 16.
 */
final class RangeParts implements AutoCloseable {
    /** What the call said. */
    private sealed interface Word {
        record Part(RangeResult result) implements Word {}

        record End(Status status) implements Word {}
    }

    private final BlockingQueue<Word> words = new LinkedBlockingQueue<>();
    private final ClientCall<RangeRequest, RangeStreamResponse> call;
    private final Duration patience;

    /**
     * Begins to read.
     *
     * @param patience how long the server may take over a part
     */
    RangeParts(
            Calls calls,
            CallOptions options,
            Namespace namespace,
            RangeRequest request,
            Duration patience) {
        this.patience = patience;
        String token = Await.result(calls.streamToken());
        this.call =
                calls.open(KVGrpc.getRangeStreamMethod(), options, token, new Listener(namespace));
        call.request(1);
        call.sendMessage(request);
        call.halfClose();
    }

    /**
     * The next part.
     *
     * @return absent after the last
     * @throws EtcdException if the server refuses, takes too long or is lost
     */
    @Nullable RangeResult next() {
        try {
            Word word = words.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            return switch (word) {
                case null -> throw EtcdException.of(Reason.DEADLINE_EXCEEDED);
                case Word.Part(RangeResult result) -> {
                    call.request(1);
                    yield result;
                }
                case Word.End(Status status) -> {
                    if (status.isOk()) {
                        yield null;
                    }
                    throw EtcdException.of(Calls.understood(status));
                }
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw EtcdException.interrupted(e);
        }
    }

    @Override
    public void close() {
        call.cancel("no longer read", null);
    }

    private final class Listener extends ClientCall.Listener<RangeStreamResponse> {
        private final Namespace namespace;

        Listener(Namespace namespace) {
            this.namespace = namespace;
        }

        @Override
        public void onMessage(RangeStreamResponse message) {
            words.add(new Word.Part(RangeResult.of(message.getRangeResponse(), namespace)));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            words.add(new Word.End(status));
        }
    }
}
