package dev.plinth.server.consensus;

import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * A proposal's registration, its result and its failure, in every interleaving of a few operations:
 * as if one came after the other. Ids of one stripe, so that they move each other's places.
 */
@Param(name = "id", gen = IntGen.class, conf = "1:2")
public class WaitRegistryLincheckTest {
    private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 2);
    private static final int STRIPE = 16;

    private final WaitRegistry registry = new WaitRegistry();

    private record Told(long requestId) implements Proposal {
        @Override
        public byte[] entry() {
            return new byte[0];
        }

        @Override
        public int entryLength() {
            return 0;
        }

        @Override
        public void applied(ApplyResult result) {}

        @Override
        public void failed(RefusedException reason) {}
    }

    /** A client, unless one with this id waits. */
    @Operation(nonParallelGroup = "client")
    public String register(@Param(name = "id") int id) {
        long requestId = (long) id * STRIPE;
        if (registry.isWaiting(requestId)) {
            return "waits already";
        }
        registry.register(new Told(requestId), 0, Long.MAX_VALUE);
        return "waits now";
    }

    /** The apply loop. */
    @Operation
    public void complete(@Param(name = "id") int id) {
        registry.complete((long) id * STRIPE, new ApplyResult.Done(1, ResponseBody.EMPTY));
    }

    /** The raft loop. */
    @Operation
    public void fail(@Param(name = "id") int id) {
        registry.fail((long) id * STRIPE, RefusedException.of(EtcdError.STOPPED));
    }

    /** The apply loop. */
    @Operation
    public boolean isWaiting(@Param(name = "id") int id) {
        return registry.isWaiting((long) id * STRIPE);
    }

    /** All ids are of one stripe, so this is one look. */
    @Operation
    public int size() {
        return registry.size();
    }

    @Test
    void isLinearizable() {
        new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(200)
                .threads(2)
                .actorsPerThread(3)
                .check(WaitRegistryLincheckTest.class);
    }
}
