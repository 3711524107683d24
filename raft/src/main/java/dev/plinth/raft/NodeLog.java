package dev.plinth.raft;

/**
 * Puts the node's log lines together. Lines are written at changes of state and refusals, never in
 * steady replication, so boxed arguments do no harm.
 *
 * <p>Formats: {@code %d} an unsigned number, {@code %x} an id in hexadecimal, {@code %s} anything.
 */
final class NodeLog {
    private final RaftLogger logger;

    NodeLog(RaftLogger logger) {
        this.logger = logger;
    }

    void debug(String format, Object... arguments) {
        log(RaftLogger.Level.DEBUG, format, arguments);
    }

    void info(String format, Object... arguments) {
        log(RaftLogger.Level.INFO, format, arguments);
    }

    void warn(String format, Object... arguments) {
        log(RaftLogger.Level.WARN, format, arguments);
    }

    void error(String format, Object... arguments) {
        log(RaftLogger.Level.ERROR, format, arguments);
    }

    /** Writes the line and gives the error to throw. */
    RaftFatalError fatal(String format, Object... arguments) {
        String line = format(format, arguments);
        logger.log(RaftLogger.Level.FATAL, line);
        return new RaftFatalError(line);
    }

    private void log(RaftLogger.Level level, String format, Object... arguments) {
        if (logger.isEnabled(level)) {
            logger.log(level, format(format, arguments));
        }
    }

    static String format(String format, Object... arguments) {
        StringBuilder out = new StringBuilder(format.length() + 32);
        int next = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            Object argument = arguments[next++];
            switch (format.charAt(++i)) {
                case 'x' -> out.append(Long.toHexString(((Number) argument).longValue()));
                case 'd' -> out.append(Long.toUnsignedString(((Number) argument).longValue()));
                default -> out.append(argument);
            }
        }
        return out.toString();
    }
}
