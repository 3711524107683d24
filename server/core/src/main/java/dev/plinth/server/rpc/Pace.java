package dev.plinth.server.rpc;

/** Waits for the receiver of a long answer. */
public interface Pace {
    /**
     * Returns when there is room for more.
     *
     * @return false when the receiver has gone away
     */
    boolean awaitRoom() throws InterruptedException;
}
