package dev.plinth.walio.io;

/** The clocks of the machine. Made once where the program is put together. */
public final class SystemClock implements Clock {
    /** The clocks of this machine. */
    public SystemClock() {}

    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }
}
