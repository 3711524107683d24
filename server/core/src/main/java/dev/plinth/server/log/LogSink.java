package dev.plinth.server.log;

import dev.plinth.server.json.JsonStrings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Formats lines and writes each with one call to every target.
 *
 * <pre>
 * {"level":"info","ts":"2026-01-02T15:04:05.000000Z","logger":"raft","caller":"core/File.java:12",
 *  "msg":"…","key":value,…,"stacktrace":"…"}
 * </pre>
 *
 * <p>Source of the layout: server.md 12. Thread-safe. A target that fails is left out of that line;
 * there is nowhere to report it.
 */
public final class LogSink {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSXX");
    private static final StackWalker WALKER = StackWalker.getInstance();

    /** How lines are laid out. */
    public enum Format {
        /** One JSON object a line. */
        JSON,
        /** Tab-separated text with the fields as JSON at the end. */
        CONSOLE
    }

    /**
     * What the flags say about the log.
     *
     * @param level least severity that is written
     * @param format layout of a line
     * @param targets where each line goes
     */
    public record Settings(LogLevel level, Format format, List<OutputStream> targets) {}

    private final InstantSource clock;
    private final ZoneId zone;
    private final ReentrantLock lock = new ReentrantLock();
    private final LineSampler sampler = new LineSampler();
    private volatile Settings settings;

    /**
     * @param clock gives the time of each line
     * @param zone the zone in which times are written
     * @param settings the settings to begin with
     */
    public LogSink(InstantSource clock, ZoneId zone, Settings settings) {
        this.clock = clock;
        this.zone = zone;
        this.settings = settings;
    }

    /** Standard error, unbuffered, as a target. */
    public static OutputStream standardError() {
        return new FileOutputStream(FileDescriptor.err);
    }

    /** Replaces the settings; lines being written finish under the old ones. */
    public void configure(Settings newSettings) {
        lock.lock();
        try {
            settings = newSettings;
        } finally {
            lock.unlock();
        }
    }

    boolean isEnabled(LogLevel level) {
        return level.compareTo(settings.level()) >= 0;
    }

    void write(
            LogLevel level,
            @Nullable String logger,
            String message,
            @Nullable Object[] keysAndValues,
            @Nullable Throwable thrown) {
        if (!isEnabled(level)) {
            return;
        }
        Instant now = clock.instant();
        String caller = caller();
        lock.lock();
        try {
            if (!sampler.admits(level, message, now.getEpochSecond())) {
                return;
            }
            Settings current = settings;
            String time = TIME.format(now.atZone(zone));
            StringBuilder line = new StringBuilder(256);
            if (current.format() == Format.JSON) {
                appendJson(line, level, time, logger, caller, message, keysAndValues, thrown);
            } else {
                appendConsole(line, level, time, logger, caller, message, keysAndValues, thrown);
            }
            byte[] bytes = line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
            for (OutputStream target : current.targets()) {
                writeTo(target, bytes);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void writeTo(OutputStream target, byte[] bytes) {
        try {
            target.write(bytes);
            target.flush();
        } catch (IOException _) {
            // A closed or full log target must not stop the member, and there is no other log.
        }
    }

    private static void appendJson(
            StringBuilder line,
            LogLevel level,
            String time,
            @Nullable String logger,
            String caller,
            String message,
            @Nullable Object[] keysAndValues,
            @Nullable Throwable thrown) {
        line.append("{\"level\":\"").append(level.text());
        line.append("\",\"ts\":\"").append(time).append('"');
        if (logger != null) {
            line.append(",\"logger\":");
            JsonStrings.append(line, logger);
        }
        line.append(",\"caller\":\"").append(caller).append("\",\"msg\":");
        JsonStrings.append(line, message);
        appendFields(line, ",", keysAndValues, thrown);
        if (thrown != null && level.compareTo(LogLevel.ERROR) >= 0) {
            line.append(",\"stacktrace\":");
            JsonStrings.append(line, stackTrace(thrown));
        }
        line.append('}');
    }

    private static void appendConsole(
            StringBuilder line,
            LogLevel level,
            String time,
            @Nullable String logger,
            String caller,
            String message,
            @Nullable Object[] keysAndValues,
            @Nullable Throwable thrown) {
        line.append(time).append('\t').append(level.text()).append('\t');
        if (logger != null) {
            line.append(logger).append('\t');
        }
        line.append(caller).append('\t').append(message);
        if (keysAndValues.length > 0 || thrown != null) {
            line.append("\t{");
            appendFields(line, "", keysAndValues, thrown);
            line.append('}');
        }
        if (thrown != null && level.compareTo(LogLevel.ERROR) >= 0) {
            line.append('\n').append(stackTrace(thrown));
        }
    }

    private static void appendFields(
            StringBuilder line,
            String firstSeparator,
            @Nullable Object[] keysAndValues,
            @Nullable Throwable thrown) {
        String separator = firstSeparator;
        for (int i = 0; i + 1 < keysAndValues.length; i += 2) {
            line.append(separator);
            separator = ",";
            JsonStrings.append(line, String.valueOf(keysAndValues[i]));
            line.append(':');
            JsonText.appendValue(line, keysAndValues[i + 1]);
        }
        if (thrown != null) {
            line.append(separator).append("\"error\":");
            JsonStrings.append(line, JsonText.describe(thrown));
        }
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }

    /** The first frame outside this package and the JDK's logging, as {@code package/File:line}. */
    private static String caller() {
        return WALKER.walk(frames ->
                frames.filter(frame -> !isLogging(frame.getClassName()))
                        .findFirst()
                        .map(LogSink::place)
                        .orElse("unknown"));
    }

    private static boolean isLogging(String className) {
        return className.equals(LogSink.class.getName())
                || className.equals(Log.class.getName())
                || className.startsWith(SinkLoggerFinder.class.getName())
                || className.startsWith("java.util.logging.")
                || className.startsWith("java.lang.System$Logger")
                || className.startsWith("jdk.internal.logger.")
                || className.startsWith("sun.util.logging.")
                || className.startsWith("io.netty.util.internal.logging.");
    }

    private static String place(StackWalker.StackFrame frame) {
        String className = frame.getClassName();
        int end = className.lastIndexOf('.');
        String packageName = end < 0 ? "" : className.substring(0, end);
        String directory = packageName.substring(packageName.lastIndexOf('.') + 1);
        return directory + "/" + frame.getFileName() + ":" + frame.getLineNumber();
    }
}
