package dev.plinth.mvcc.quota;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the value of a quota key says: {@code bytes=N}, {@code keys=N} or both, apart by blanks. A
 * number may end in {@code Ki}, {@code Mi}, {@code Gi} or {@code Ti}.
 *
 * @param bytesMax most bytes of keys and values below the prefix; {@link #NONE} for no bound
 * @param keysMax most keys below the prefix; {@link #NONE} for no bound
 */
public record QuotaLimits(long bytesMax, long keysMax) {
    /** No bound. */
    public static final long NONE = -1;

    private static final int TEXT_MAX_BYTES = 256;
    private static final String SUFFIXES = "KMGT";

    /** The limits that a value says; null when it is not of that form. */
    public static @Nullable QuotaLimits parse(byte[] value) {
        if (value.length > TEXT_MAX_BYTES) {
            return null;
        }
        long bytes = NONE;
        long keys = NONE;
        for (String word : new String(value, StandardCharsets.US_ASCII).strip().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            long number = equals < 0 ? NONE : number(word.substring(equals + 1));
            String name = equals < 0 ? "" : word.substring(0, equals);
            if (number == NONE) {
                return null;
            } else if (name.equals("bytes") && bytes == NONE) {
                bytes = number;
            } else if (name.equals("keys") && keys == NONE) {
                keys = number;
            } else {
                return null;
            }
        }
        return new QuotaLimits(bytes, keys);
    }

    private static long number(String text) {
        int digits = text.length();
        int shift = 0;
        if (text.endsWith("i")) {
            int suffix = digits < 2 ? -1 : SUFFIXES.indexOf(text.charAt(digits - 2));
            if (suffix < 0) {
                return NONE;
            }
            digits -= 2;
            shift = 10 * (suffix + 1);
        }
        if (digits == 0 || digits > 18) {
            return NONE;
        }
        long number = 0;
        for (int i = 0; i < digits; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return NONE;
            }
            number = number * 10 + digit - '0';
        }
        return number > Long.MAX_VALUE >> shift ? NONE : number << shift;
    }
}
