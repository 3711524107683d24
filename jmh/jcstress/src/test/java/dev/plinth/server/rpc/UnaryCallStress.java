package dev.plinth.server.rpc;

import dev.plinth.server.quota.MemoryBudget;
import io.grpc.Metadata;
import io.grpc.Status;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The answer and the deadline of a call come together: one of them ends it. First number: messages;
 * second: ends.
 */
@JCStressTest
@Outcome(
        id = {"1, 1", "0, 1"},
        expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "the call is ended twice, or never")
@State
public class UnaryCallStress {
    private final RecordedCall recorded = new RecordedCall();
    private final UnaryCall call =
            new UnaryCall(
                    recorded,
                    new Metadata(),
                    null,
                    new SlowCalls(() -> 0, () -> 0, Long.MAX_VALUE, null),
                    MemoryBudget.unbounded());

    /** The answer. */
    @Actor
    public void answer() {
        call.reply(null);
    }

    /** The deadline. */
    @Actor
    public void fail() {
        call.fail(Status.UNAVAILABLE);
    }

    /** What the client got. */
    @Arbiter
    public void end(II_Result result) {
        result.r1 = recorded.messages;
        result.r2 = recorded.ends;
    }
}
