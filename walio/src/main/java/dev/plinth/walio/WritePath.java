package dev.plinth.walio;

/** The system calls that make a batch durable. All write whole blocks of zeroed space. */
public enum WritePath {
    /** O_DIRECT and one pwritev2(RWF_DSYNC): one command to a device that knows FUA. */
    DIRECT_DSYNC("direct+dsync", true, true),
    /** O_DIRECT, pwrite, then fdatasync. */
    DIRECT_FDATASYNC("direct+fdatasync", true, false),
    /** Through the page cache, one pwritev2(RWF_DSYNC). */
    BUFFERED_DSYNC("buffered+dsync", false, true),
    /** Through the page cache, pwrite, then fdatasync: works everywhere. */
    BUFFERED_FDATASYNC("buffered+fdatasync", false, false);

    private final String label;
    private final boolean direct;
    private final boolean dsync;

    WritePath(String label, boolean direct, boolean dsync) {
        this.label = label;
        this.direct = direct;
        this.dsync = dsync;
    }

    /** The name on command lines and in metrics. */
    public String label() {
        return label;
    }

    /**
     * The path of a label.
     *
     * @throws IllegalArgumentException if none has it
     */
    public static WritePath of(String label) {
        for (WritePath path : values()) {
            if (path.label.equals(label)) {
                return path;
            }
        }
        throw new IllegalArgumentException("no write path " + label);
    }

    boolean isDirect() {
        return direct;
    }

    boolean isDsync() {
        return dsync;
    }

    /** The same way of syncing through the page cache. */
    WritePath buffered() {
        return dsync ? BUFFERED_DSYNC : BUFFERED_FDATASYNC;
    }

    /** The same way of writing with a separate sync. */
    WritePath withoutDsync() {
        return direct ? DIRECT_FDATASYNC : BUFFERED_FDATASYNC;
    }
}
