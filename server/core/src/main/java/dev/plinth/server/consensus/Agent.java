package dev.plinth.server.consensus;

/** A loop whose turns are driven from outside: by its thread, or by a test that drives them all. */
public interface Agent {
    /** Name of the thread that drives it. */
    String name();

    /**
     * Does what there is to do, without waiting for more.
     *
     * @return how much was done; 0 if there was nothing to do
     */
    int doWork();

    /**
     * Longest time in nanoseconds until {@link #doWork} must be called although nothing arrived.
     */
    long idleNanosMax();
}
