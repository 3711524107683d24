package dev.plinth.walio.io;

/** What {@link Mapping#advise} tells the kernel about coming accesses. */
public enum Advice {
    /** Default read-ahead. */
    NORMAL(0),
    /** No read-ahead. */
    RANDOM(1),
    /** Strong read-ahead. */
    SEQUENTIAL(2),
    /** Read the range in now, in the background. */
    WILL_NEED(3),
    /** The pages may be dropped from this mapping. */
    DONT_NEED(4);

    final int value;

    Advice(int value) {
        this.value = value;
    }
}
