package dev.plinth.server.rpc;

import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.RefusedException;

/**
 * Goes on with a call when a wait is over, or refuses it.
 *
 * @param next must not block
 */
record AnsweringBarrier(UnaryCall call, Runnable next) implements Barrier {
    @Override
    public void passed() {
        next.run();
    }

    @Override
    public void failed(RefusedException reason) {
        call.refuse(reason);
    }
}
