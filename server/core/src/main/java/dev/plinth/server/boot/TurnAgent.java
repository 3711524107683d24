package dev.plinth.server.boot;

import dev.plinth.server.consensus.Agent;
import java.util.function.LongSupplier;
import java.util.function.LongToIntFunction;

/**
 * Gives turns to a part of an engine that takes the time and tells how much it did.
 *
 * @param name name of the thread
 * @param turn the part's {@code doWork}
 * @param nanoClock the time that it is given
 * @param idleNanosMax longest pause between two turns
 */
record TurnAgent(String name, LongToIntFunction turn, LongSupplier nanoClock, long idleNanosMax)
        implements Agent {
    @Override
    public int doWork() {
        return turn.applyAsInt(nanoClock.getAsLong());
    }
}
