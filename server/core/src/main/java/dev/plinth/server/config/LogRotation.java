package dev.plinth.server.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Map;

/**
 * When a log file is put aside and how long those put aside are kept.
 *
 * @param fileBytesMax size at which a file is put aside
 * @param ageDaysMax days after which one is removed; 0 keeps them
 * @param backupsMax how many are kept; 0 keeps all
 * @param isLocalTime whether their names carry local time, not UTC
 * @param isCompressed whether they are compressed with gzip
 */
public record LogRotation(
        long fileBytesMax,
        long ageDaysMax,
        long backupsMax,
        boolean isLocalTime,
        boolean isCompressed) {
    private static final long MEGABYTE = 1 << 20;
    private static final long DEFAULT_MEGABYTES = 100;

    /**
     * Reads {@code --log-rotation-config-json}; keys may be in any case, unknown ones are passed
     * over, as etcd does.
     *
     * @throws IllegalArgumentException in etcd's words
     */
    public static LogRotation parse(String json) {
        JsonElement root;
        try {
            root = JsonParser.parseString(json);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(
                    "improperly formatted log rotation config: " + e.getMessage(), e);
        }
        long megabytes = 0;
        long days = 0;
        long backups = 0;
        boolean isLocal = false;
        boolean isCompressed = false;
        try {
            JsonObject object = root.getAsJsonObject();
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                JsonElement value = entry.getValue();
                switch (entry.getKey().toLowerCase(java.util.Locale.ROOT)) {
                    case "maxsize" -> megabytes = whole(value);
                    case "maxage" -> days = whole(value);
                    case "maxbackups" -> backups = whole(value);
                    case "localtime" -> isLocal = truth(value);
                    case "compress" -> isCompressed = truth(value);
                    default -> {}
                }
            }
        } catch (IllegalStateException | NumberFormatException e) {
            throw new IllegalArgumentException("invalid log rotation config: " + e.getMessage(), e);
        }
        return new LogRotation(
                (megabytes <= 0 ? DEFAULT_MEGABYTES : megabytes) * MEGABYTE,
                Math.max(0, days),
                Math.max(0, backups),
                isLocal,
                isCompressed);
    }

    private static long whole(JsonElement value) {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
            throw new IllegalStateException(value + " is no number");
        }
        return Long.parseLong(value.getAsString());
    }

    private static boolean truth(JsonElement value) {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw new IllegalStateException(value + " is no truth value");
        }
        return value.getAsBoolean();
    }
}
