package dev.plinth.server.log;

import dev.plinth.server.config.GoDuration;
import dev.plinth.server.json.JsonStrings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Appends values as JSON text. Numbers keep all 64 bits; a duration becomes Go's text form. */
final class JsonText {
    private JsonText() {}

    static void appendValue(StringBuilder out, @Nullable Object value) {
        switch (value) {
            case null -> out.append("null");
            case Boolean b -> out.append(b.booleanValue());
            case Double d when d.isNaN() || d.isInfinite() -> JsonStrings.append(out, d.toString());
            case Number n -> out.append(n);
            case Duration d -> JsonStrings.append(out, GoDuration.format(d.toNanos()));
            case Throwable t -> JsonStrings.append(out, describe(t));
            case Object[] items -> appendItems(out, Arrays.asList(items));
            case Iterable<?> items -> appendItems(out, items);
            case Map<?, ?> map -> appendMap(out, map);
            default -> JsonStrings.append(out, value.toString());
        }
    }

    static String describe(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getName() : message;
    }

    private static void appendItems(StringBuilder out, Iterable<?> items) {
        out.append('[');
        String separator = "";
        for (Object item : items) {
            out.append(separator);
            appendValue(out, item);
            separator = ",";
        }
        out.append(']');
    }

    private static void appendMap(StringBuilder out, Map<?, ?> map) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            JsonStrings.append(out, String.valueOf(entry.getKey()));
            out.append(':');
            appendValue(out, entry.getValue());
            separator = ",";
        }
        out.append('}');
    }
}
