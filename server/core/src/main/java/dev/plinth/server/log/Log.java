package dev.plinth.server.log;

import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines with fields to a {@link LogSink}. Fields are given as alternating keys and values;
 * an id is passed as its hex text.
 *
 * <p>As a {@link System.Logger} it takes the same alternating list for its parameters whenever the
 * format has no placeholder: {@code logger.log(INFO, "opened backend db", "path", path)}.
 *
 * <p>Thread-safe.
 */
public final class Log implements System.Logger {
    private static final Object[] NO_FIELDS = {};

    private final LogSink sink;
    private final String name;
    private final @Nullable String shownName;

    /**
     * @param sink where lines go
     * @param name name of the logger; it is shown in the line only if it has no dot, as etcd shows
     *     {@code raft} but not the place in the source
     */
    public Log(LogSink sink, String name) {
        this.sink = sink;
        this.name = name;
        this.shownName = shownName(name);
    }

    private static @Nullable String shownName(String name) {
        if (name.startsWith("dev.plinth.raft")) {
            return "raft";
        }
        return name.isEmpty() || name.indexOf('.') >= 0 ? null : name;
    }

    /** A log of the same sink under another name. */
    public Log named(String otherName) {
        return new Log(sink, otherName);
    }

    /** Writes a line for developers. */
    public void debug(String message, @Nullable Object... keysAndValues) {
        sink.write(LogLevel.DEBUG, shownName, message, keysAndValues, null);
    }

    /** Writes a line of normal course. */
    public void info(String message, @Nullable Object... keysAndValues) {
        sink.write(LogLevel.INFO, shownName, message, keysAndValues, null);
    }

    /** Writes a line that an operator should look at. */
    public void warn(String message, @Nullable Object... keysAndValues) {
        sink.write(LogLevel.WARN, shownName, message, keysAndValues, null);
    }

    /** Writes a failure. */
    public void error(String message, @Nullable Object... keysAndValues) {
        sink.write(LogLevel.ERROR, shownName, message, keysAndValues, null);
    }

    /** Writes a failure with its cause and stack trace. */
    public void error(String message, Throwable cause, @Nullable Object... keysAndValues) {
        sink.write(LogLevel.ERROR, shownName, message, keysAndValues, cause);
    }

    /** Writes the last line before the process ends; ending it is the caller's. */
    public void fatal(String message, @Nullable Object... keysAndValues) {
        sink.write(LogLevel.FATAL, shownName, message, keysAndValues, null);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean isLoggable(Level level) {
        return level != Level.OFF && level != Level.ALL && sink.isEnabled(LogLevel.of(level));
    }

    @Override
    public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String message,
            @Nullable Throwable thrown) {
        if (isLoggable(level)) {
            sink.write(
                    LogLevel.of(level), shownName, localized(bundle, message), NO_FIELDS, thrown);
        }
    }

    @Override
    public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String format,
            @Nullable Object @Nullable ... params) {
        if (!isLoggable(level)) {
            return;
        }
        String text = localized(bundle, format);
        if (params == null || params.length == 0) {
            sink.write(LogLevel.of(level), shownName, text, NO_FIELDS, null);
        } else if (text.contains("{0")) {
            String message = MessageFormat.format(text, params);
            sink.write(LogLevel.of(level), shownName, message, NO_FIELDS, null);
        } else {
            sink.write(LogLevel.of(level), shownName, text, params, null);
        }
    }

    private static String localized(@Nullable ResourceBundle bundle, @Nullable String text) {
        if (text == null) {
            return "";
        }
        return bundle != null && bundle.containsKey(text) ? bundle.getString(text) : text;
    }
}
