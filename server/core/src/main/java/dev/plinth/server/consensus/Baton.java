package dev.plinth.server.consensus;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Lets an agent be driven by whoever is at hand, its own thread or the raft loop, one at a time.
 *
 * <p>On an idle member each hand-over to another thread costs more than the work that is handed
 * over; so a member that is the only voter lets the raft loop do the log writer's and the apply
 * loop's turns itself. Order stays intact: both take from first-in first-out queues, and only the
 * holder of the baton takes.
 *
 * <p>Work that arrives while the baton is held elsewhere must not be forgotten: the holder looks at
 * the queue once more after it has let go, and wakes the agent's thread if something is there. The
 * fence pairs with the compare-and-set of the one who failed to get hold.
 */
final class Baton {
    private final AtomicBoolean isHeld = new AtomicBoolean();

    /**
     * Does a turn unless another thread is doing one.
     *
     * @param hasWork whether the agent's queue holds something
     * @param turn the turn
     * @param waker wakes the agent's own thread
     * @return what the turn did; 0 if there was no work or the baton was held
     */
    int turn(BooleanSupplier hasWork, IntSupplier turn, Runnable waker) {
        if (!hasWork.getAsBoolean() || !isHeld.compareAndSet(false, true)) {
            return 0;
        }
        int done;
        try {
            done = turn.getAsInt();
        } finally {
            isHeld.set(false);
        }
        java.lang.invoke.VarHandle.fullFence();
        if (hasWork.getAsBoolean()) {
            waker.run();
        }
        return done;
    }
}
