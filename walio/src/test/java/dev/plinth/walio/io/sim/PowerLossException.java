package dev.plinth.walio.io.sim;

/**
 * The simulated machine has lost power: thrown by the call at which it happened and by every later
 * one on that disk. Unchecked, so that no error handling of the code under test takes it for an I/O
 * error.
 */
public final class PowerLossException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PowerLossException() {
        super("power loss", null, false, false);
    }
}
