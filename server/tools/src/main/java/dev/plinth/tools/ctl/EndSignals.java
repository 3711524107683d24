package dev.plinth.tools.ctl;

/** Tells a command that the user wants it to end, so that it can give back what it holds. */
@FunctionalInterface
public interface EndSignals {
    /**
     * Runs {@code release} when the process is told to end, and then ends it with code 0. Until the
     * returned handle is closed.
     */
    Registration onEnd(Runnable release);

    /** A release that waits for its signal. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
