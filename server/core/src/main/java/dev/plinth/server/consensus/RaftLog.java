package dev.plinth.server.consensus;

import dev.plinth.raft.RaftLogger;
import dev.plinth.server.log.Log;

/** Brings raft's lines into the log, under the name that etcd gives them. */
public record RaftLog(Log log) implements RaftLogger {
    /**
     * Said of a second confirmation of the same entry, which asynchronous storage gives with every
     * other write: not a line for each of them.
     */
    private static final String CONFIRMED_TWICE = "missing from unstable log; ignoring";

    @Override
    public boolean isEnabled(Level level) {
        return log.isLoggable(
                switch (level) {
                    case DEBUG -> System.Logger.Level.DEBUG;
                    case INFO -> System.Logger.Level.INFO;
                    case WARN -> System.Logger.Level.WARNING;
                    case ERROR, FATAL -> System.Logger.Level.ERROR;
                });
    }

    @Override
    public void log(Level level, String line) {
        switch (level) {
            case DEBUG -> log.debug(line);
            case INFO -> {
                if (line.endsWith(CONFIRMED_TWICE)) {
                    log.debug(line);
                } else {
                    log.info(line);
                }
            }
            case WARN -> log.warn(line);
            case ERROR -> log.error(line);
            case FATAL -> log.fatal(line);
        }
    }
}
