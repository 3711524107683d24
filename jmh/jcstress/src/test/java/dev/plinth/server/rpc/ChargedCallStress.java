package dev.plinth.server.rpc;

import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.quota.MemoryBudget.Use;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A call ends while its request is coming in and while its answer is charged: nothing stays charged
 * and nothing is given back twice. Numbers: bytes left for requests and for answers.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "memory is lost, or there is too much of it")
@State
public class ChargedCallStress {
    private static final int BYTES = 5000;

    private final MemoryBudget memory = new MemoryBudget(1 << 20);
    private final ServerStreamTracer received =
            new ReceivedBytes(memory).newServerStreamTracer("etcdserverpb.KV/Put", new Metadata());
    private final UnaryCall call =
            new UnaryCall(
                    new RecordedCall(),
                    new Metadata(),
                    null,
                    new SlowCalls(() -> 0, () -> 0, Long.MAX_VALUE, null),
                    memory);

    /** The call's work. */
    @Actor
    public void work() {
        received.inboundWireSize(BYTES);
        received.inboundWireSize(BYTES);
        try {
            call.charge(BYTES);
            call.charge(BYTES);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its end. */
    @Actor
    public void end() {
        received.streamClosed(Status.CANCELLED);
        call.ended();
    }

    /** What is left of it. */
    @Arbiter
    public void left(JJ_Result result) {
        result.r1 = memory.chargedBytes(Use.REQUESTS);
        result.r2 = memory.chargedBytes(Use.READS);
    }
}
