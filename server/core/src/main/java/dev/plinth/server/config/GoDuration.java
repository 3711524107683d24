package dev.plinth.server.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/**
 * Durations in the text form that etcd's flags and logs use: a sequence of decimal numbers with
 * units, such as {@code 300ms}, {@code 1.5h} or {@code 2h45m}. Values are nanoseconds in a long.
 */
public final class GoDuration {
    private static final Map<String, Long> UNITS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "µs", 1_000L,
                    "μs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L);

    private GoDuration() {}

    /**
     * Parses a duration.
     *
     * @throws IllegalArgumentException if the text is no duration or does not fit 63 bits of
     *     nanoseconds; the message quotes the text
     */
    public static long parseNanos(String text) {
        String rest = text;
        boolean negative = false;
        if (rest.startsWith("-") || rest.startsWith("+")) {
            negative = rest.charAt(0) == '-';
            rest = rest.substring(1);
        }
        if (rest.equals("0")) {
            return 0;
        }
        if (rest.isEmpty()) {
            throw invalid(text);
        }
        BigDecimal total = BigDecimal.ZERO;
        int at = 0;
        while (at < rest.length()) {
            int digits = at;
            while (at < rest.length() && isNumberPart(rest.charAt(at))) {
                at++;
            }
            String number = rest.substring(digits, at);
            if (number.isEmpty()
                    || number.equals(".")
                    || number.indexOf('.') != number.lastIndexOf('.')) {
                throw invalid(text);
            }
            int letters = at;
            while (at < rest.length() && !isNumberPart(rest.charAt(at))) {
                at++;
            }
            if (letters == at) {
                throw new IllegalArgumentException(
                        "time: missing unit in duration \"" + text + "\"");
            }
            Long unit = UNITS.get(rest.substring(letters, at));
            if (unit == null) {
                throw new IllegalArgumentException(
                        "time: unknown unit \""
                                + rest.substring(letters, at)
                                + "\" in duration \""
                                + text
                                + "\"");
            }
            total = total.add(new BigDecimal(number).multiply(BigDecimal.valueOf(unit)));
        }
        BigDecimal whole = total.setScale(0, RoundingMode.DOWN);
        if (whole.toBigInteger().bitLength() > 63) {
            throw invalid(text);
        }
        long nanos = whole.longValue();
        return negative ? -nanos : nanos;
    }

    /** Writes nanoseconds as Go does: {@code 0s}, {@code 1.5ms}, {@code 100ms}, {@code 1m0s}. */
    public static String format(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        BigDecimal magnitude = BigDecimal.valueOf(nanos).abs();
        String sign = nanos < 0 ? "-" : "";
        long abs = Math.abs(nanos);
        if (abs > 0 && abs < 1_000L) {
            return sign + abs + "ns";
        }
        if (abs > 0 && abs < 1_000_000L) {
            return sign + plain(magnitude.movePointLeft(3)) + "µs";
        }
        if (abs > 0 && abs < 1_000_000_000L) {
            return sign + plain(magnitude.movePointLeft(6)) + "ms";
        }
        long seconds = magnitude.movePointLeft(9).longValue();
        BigDecimal fraction = magnitude.movePointLeft(9).subtract(BigDecimal.valueOf(seconds));
        long hours = seconds / 3600;
        long minutes = seconds / 60 % 60;
        String tail = plain(fraction.add(BigDecimal.valueOf(seconds % 60))) + "s";
        if (hours > 0) {
            return sign + hours + "h" + minutes + "m" + tail;
        }
        return minutes > 0 ? sign + minutes + "m" + tail : sign + tail;
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    private static boolean isNumberPart(char c) {
        return c == '.' || (c >= '0' && c <= '9');
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("time: invalid duration \"" + text + "\"");
    }
}
