package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.quota.MemoryBudget;
import java.lang.reflect.Proxy;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Two threads add messages and wake the sender, which either of them may become: all messages are
 * sent, and by one sender at a time (or its plain counter would lose some).
 */
@JCStressTest
@Outcome(id = "4", expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "a message waits for ever, or two threads send at once")
@State
public class WatchOutboxStress {
    private static final LocalMember MEMBER =
            (LocalMember)
                    Proxy.newProxyInstance(
                            LocalMember.class.getClassLoader(),
                            new Class<?>[] {LocalMember.class},
                            (member, method, arguments) -> 1L);

    private final RecordedCall call = new RecordedCall();
    private final WatchOutbox outbox =
            new WatchOutbox(
                    call,
                    MEMBER,
                    null,
                    1 << 20,
                    Runnable::run,
                    MemoryBudget.unbounded(),
                    new WatchSendTimes(new Metrics(), () -> 0),
                    () -> {});

    private void answerTwice() {
        for (int i = 0; i < 2; i++) {
            outbox.answer(1, WatchResponse.getDefaultInstance());
            outbox.wake();
        }
    }

    /** One thread. */
    @Actor
    public void one() {
        answerTwice();
    }

    /** Another. */
    @Actor
    public void two() {
        answerTwice();
    }

    /** What was sent. */
    @Arbiter
    public void end(I_Result result) {
        result.r1 = call.messages;
    }
}
