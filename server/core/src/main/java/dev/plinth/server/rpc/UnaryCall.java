package dev.plinth.server.rpc;

import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

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

    private static final long ENDED = -1;

    private final ServerCall<?, Reply> call;
    private final Metadata headers;
    private final LocalMember member;
    private final SlowCalls slowCalls;
    private final long startNanos;

    // When a read might begin, and when it had found what was asked; 0 for no read.
    private volatile long readableNanos;
    private volatile long foundNanos;

    /** Set before the method is started. */
    private @Nullable Object request;

    private volatile boolean answered;

    /** Bytes charged for the answer until the call has ended; {@link #ENDED} from then on. */
    private final AtomicLong charged = new AtomicLong();

    private final MemoryBudget memory;

    /** Of a long answer that is being written. */
    private volatile @Nullable Semaphore room;

    UnaryCall(
            ServerCall<?, Reply> call,
            Metadata headers,
            LocalMember member,
            SlowCalls slowCalls,
            MemoryBudget memory) {
        this.memory = memory;
        this.call = call;
        this.headers = headers;
        this.member = member;
        this.slowCalls = slowCalls;
        this.startNanos = slowCalls.nanoClock().getAsLong();
    }

    /** Notes what is asked, for the log of slow calls. */
    void asks(Object what) {
        request = what;
    }

    /** Notes when a read began and when it had found what was asked, for the log of slow calls. */
    void read(long begunNanos, long doneNanos) {
        readableNanos = begunNanos;
        foundNanos = doneNanos;
    }

    /** What the caller sent beside the request. */
    Metadata headers() {
        return headers;
    }

    /**
     * Waits until the receiver has taken most of the answer so far; for the thread that writes it.
     *
     * @return false when the receiver has gone away
     */
    boolean awaitRoom() throws InterruptedException {
        Semaphore signal = room;
        if (signal == null) {
            signal = new Semaphore(0);
            room = signal;
        }
        while (!call.isReady() && !call.isCancelled()) {
            if (!FrameFlush.send(call.getAttributes())) {
                return true;
            }
            // A signal wakes at once; the bound only guards against one that came before the wait.
            var _ = signal.tryAcquire(1, TimeUnit.SECONDS);
            signal.drainPermits();
        }
        return !call.isCancelled();
    }

    /**
     * Charges what the answer is going to hold until it has been sent.
     *
     * @throws RefusedException there is too little memory for it
     */
    void charge(long bytes) throws RefusedException {
        if (!memory.isBounded()) {
            return;
        }
        memory.charge(Use.READS, bytes);
        long before = charged.getAndUpdate(sum -> sum == ENDED ? ENDED : sum + bytes);
        if (before == ENDED) {
            memory.release(Use.READS, bytes);
        }
    }

    /** The answer has been sent, or nobody waits for it any more. */
    void ended() {
        long held = charged.getAndSet(ENDED);
        if (held > 0) {
            memory.release(Use.READS, held);
        }
        signal();
    }

    /** The receiver may take more, or has gone away. */
    void signal() {
        Semaphore signal = room;
        if (signal != null) {
            signal.release();
        }
    }

    /** True once there is an answer, or a refusal. */
    boolean isAnswered() {
        return answered;
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
            told(reply);
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
            told(null);
        }
    }

    private void told(@Nullable Reply reply) {
        slowCalls.answered(
                call, request, reply, new CallTimes(startNanos, readableNanos, foundNanos));
    }
}
