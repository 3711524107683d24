package dev.plinth.server.consensus;

import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.core.RefusedException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The deadline of one proposal passes while another one of the same stripe is registered and the
 * stop comes: each is told once. The third number is how many wait still.
 */
@JCStressTest
@Outcome(
        id = {"1, 1, 0", "1, 0, 1"},
        expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "a proposal is told twice, or forgotten")
@State
public class WaitRegistryStress {
    private static final long FIRST = 16;
    private static final long SECOND = 32;
    private static final RefusedException STOPPED = RefusedException.of(EtcdError.STOPPED);

    private final WaitRegistry registry = new WaitRegistry();
    private final Told first = new Told(FIRST);
    private final Told second = new Told(SECOND);

    private static final class Told implements Proposal {
        private final long id;
        private final AtomicInteger times = new AtomicInteger();

        Told(long id) {
            this.id = id;
        }

        @Override
        public long requestId() {
            return id;
        }

        @Override
        public byte[] entry() {
            return new byte[0];
        }

        @Override
        public int entryLength() {
            return 0;
        }

        @Override
        public void applied(ApplyResult result) {
            times.incrementAndGet();
        }

        @Override
        public void failed(RefusedException reason) {
            times.incrementAndGet();
        }
    }

    /** One waits. */
    public WaitRegistryStress() {
        registry.register(first, 0, 10);
    }

    /** The timer, then a client. */
    @Actor
    public void expire() {
        registry.expire(20, started -> STOPPED);
        registry.register(second, 0, Long.MAX_VALUE);
    }

    /** The stop. */
    @Actor
    public void stop() {
        registry.failAll(STOPPED);
    }

    /** How often each was told. */
    @Arbiter
    public void end(III_Result result) {
        result.r1 = first.times.get();
        result.r2 = second.times.get();
        result.r3 = registry.size();
    }
}
