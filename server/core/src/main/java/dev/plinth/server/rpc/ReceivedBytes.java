package dev.plinth.server.rpc;

import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Charges requests while they come in. gRPC takes a message's bytes off the connection as they
 * arrive and keeps them until it is whole, so that many large requests at once would hold their sum
 * before the first of them reached a method; the network's memory would run out, and with it every
 * call of the connection would end.
 *
 * <p>A request that does not fit is refused in the middle, and what has come of it is let go.
 * Messages of streams (watches, kept leases) are charged but not refused: a lease must not end
 * because others send much. The first {@value #SMALL_BYTES} bytes of a message are free, so that
 * small ones cost nothing here.
 *
 * <p>Installed only with a budget; then it costs an object and a context for each call.
 */
final class ReceivedBytes extends ServerStreamTracer.Factory {
    private static final Context.Key<Stream> STREAM = Context.key("plinth.received-bytes");
    private static final int SMALL_BYTES = 1024;

    /** What gRPC keeps beside the bytes of each piece. */
    private static final int PIECE_BYTES = 128;

    private final MemoryBudget memory;

    /** Charges a budget. */
    ReceivedBytes(MemoryBudget memory) {
        this.memory = memory;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return new Stream(memory);
    }

    /** How the present call is refused when its request does not fit; before it is asked for. */
    static void onExcess(Consumer<RefusedException> refusal) {
        Stream stream = STREAM.get();
        if (stream != null) {
            stream.refusal = refusal;
        }
    }

    /** One call. gRPC reports its pieces one after the other; its end may come on any thread. */
    private static final class Stream extends ServerStreamTracer {
        private static final long ENDED = -1;

        private final MemoryBudget memory;
        private final AtomicLong charged = new AtomicLong();
        private volatile @Nullable Consumer<RefusedException> refusal;
        private long received;

        Stream(MemoryBudget memory) {
            this.memory = memory;
        }

        @Override
        public Context filterContext(Context context) {
            return context.withValue(STREAM, this);
        }

        @Override
        public void inboundWireSize(long bytes) {
            received += bytes + PIECE_BYTES;
            long held = charged.get();
            long more = received - SMALL_BYTES - held;
            if (held == ENDED || more <= 0) {
                return;
            }
            Consumer<RefusedException> refuse = refusal;
            if (refuse == null) {
                memory.chargeAlways(Use.REQUESTS, more);
            } else {
                try {
                    memory.charge(Use.REQUESTS, more);
                } catch (RefusedException excess) {
                    refuse.accept(excess);
                    release(ENDED);
                    return;
                }
            }
            if (!charged.compareAndSet(held, held + more)) {
                memory.release(Use.REQUESTS, more);
            }
        }

        /** Now it is the method's, which charges what it makes of it. */
        @Override
        public void inboundMessageRead(int number, long wireBytes, long bytes) {
            received = 0;
            if (charged.get() != ENDED) {
                release(0);
            }
        }

        @Override
        public void streamClosed(Status status) {
            release(ENDED);
        }

        private void release(long next) {
            long held = charged.getAndUpdate(now -> now == ENDED ? ENDED : next);
            if (held > 0) {
                memory.release(Use.REQUESTS, held);
            }
        }
    }
}
