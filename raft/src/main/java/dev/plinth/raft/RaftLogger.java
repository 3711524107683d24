package dev.plinth.raft;

/** Where the node's log lines go; called by the node's thread. */
public interface RaftLogger {
    /** Severity, least first. */
    enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR,
        /** Followed by a {@link RaftFatalError}. */
        FATAL
    }

    /** A logger that drops everything. */
    RaftLogger NONE =
            new RaftLogger() {
                @Override
                public boolean isEnabled(Level level) {
                    return false;
                }

                @Override
                public void log(Level level, String line) {}
            };

    /** Whether lines of the level are wanted; the text is not put together otherwise. */
    boolean isEnabled(Level level);

    void log(Level level, String line);
}
