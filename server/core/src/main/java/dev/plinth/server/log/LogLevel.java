package dev.plinth.server.log;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Severity of a line, least first, with the names that the flag {@code --log-level} takes. */
public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR,
    DPANIC,
    PANIC,
    FATAL;

    /** The lower-case name, as it stands in the log. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The level of a name, or null if there is none of that name. */
    public static @Nullable LogLevel of(String text) {
        for (LogLevel level : values()) {
            if (level.text().equals(text) || level.name().equals(text)) {
                return level;
            }
        }
        return null;
    }

    static LogLevel of(System.Logger.Level level) {
        return switch (level) {
            case ALL, TRACE, DEBUG -> DEBUG;
            case INFO -> INFO;
            case WARNING -> WARN;
            case ERROR, OFF -> ERROR;
        };
    }
}
