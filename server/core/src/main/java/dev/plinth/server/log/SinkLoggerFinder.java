package dev.plinth.server.log;

import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives the JDK our loggers, so that what the engine modules say through {@link System.Logger}, and
 * what Netty and gRPC say through {@code java.util.logging}, ends in the one log.
 *
 * <p>The JDK makes this object itself, once in the life of the process; the sink is therefore held
 * in a constant of the class. It is the only global of the server.
 */
public final class SinkLoggerFinder extends System.LoggerFinder {
    private static final LogSink PROCESS_SINK =
            new LogSink(
                    InstantSource.system(),
                    ZoneId.systemDefault(),
                    new LogSink.Settings(
                            LogLevel.INFO, LogSink.Format.JSON, List.of(LogSink.standardError())));

    /** Called by the JDK's service loader. */
    public SinkLoggerFinder() {}

    /** The sink of this process. */
    public static LogSink processSink() {
        return PROCESS_SINK;
    }

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Log(PROCESS_SINK, name);
    }

    /**
     * Sends what comes through {@code java.util.logging} to the process's sink as well.
     *
     * @param isDebug whether the libraries' informational lines are wanted; else only warnings
     */
    public static void adoptJavaUtilLogging(boolean isDebug) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(isDebug ? Level.INFO : Level.WARNING);
        root.addHandler(new SinkHandler());
    }

    private static final class SinkHandler extends Handler {
        @Override
        public void publish(@Nullable LogRecord record) {
            if (record == null) {
                return;
            }
            String message = record.getMessage() == null ? "" : record.getMessage();
            Object[] parameters = record.getParameters();
            if (parameters != null && parameters.length > 0 && message.contains("{0")) {
                message = java.text.MessageFormat.format(message, parameters);
            }
            PROCESS_SINK.write(
                    level(record.getLevel()), null, message, new Object[0], record.getThrown());
        }

        private static LogLevel level(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return LogLevel.ERROR;
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return LogLevel.WARN;
            }
            return level.intValue() >= Level.INFO.intValue() ? LogLevel.INFO : LogLevel.DEBUG;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
