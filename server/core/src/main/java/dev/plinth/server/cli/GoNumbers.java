package dev.plinth.server.cli;

import java.math.BigInteger;
import java.util.Locale;

/** Numbers as Go's strconv reads them, with its error texts. */
public final class GoNumbers {
    private static final BigInteger UINT64_MAX =
            BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final BigInteger UINT32_MAX =
            BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);

    private GoNumbers() {}

    /** An unsigned 64-bit number in decimal digits, as positional arguments are written. */
    public static long parseDecimalUint(String text) throws CommandFailure {
        if (!text.matches("[0-9]+")) {
            throw syntax("ParseUint", text);
        }
        return ranged("ParseUint", text, new BigInteger(text), BigInteger.ZERO, UINT64_MAX);
    }

    /** A signed 64-bit number in digits of the given base, without a prefix. */
    public static long parseInt(String text, int base) throws CommandFailure {
        boolean isSigned = text.startsWith("-") || text.startsWith("+");
        BigInteger magnitude = digits("ParseInt", text, isSigned ? text.substring(1) : text, base);
        return ranged(
                "ParseInt",
                text,
                text.startsWith("-") ? magnitude.negate() : magnitude,
                BigInteger.valueOf(Long.MIN_VALUE),
                BigInteger.valueOf(Long.MAX_VALUE));
    }

    /** An unsigned 64-bit number in digits of the given base, without a prefix. */
    public static long parseUint(String text, int base) throws CommandFailure {
        return ranged(
                "ParseUint",
                text,
                digits("ParseUint", text, text, base),
                BigInteger.ZERO,
                UINT64_MAX);
    }

    private static BigInteger digits(String function, String text, String digits, int base)
            throws CommandFailure {
        boolean isSound =
                !digits.isEmpty()
                        && digits.chars().allMatch(c -> c < 0x80 && Character.digit(c, base) >= 0);
        if (!isSound) {
            throw syntax(function, text);
        }
        return new BigInteger(digits, base);
    }

    /** An unsigned 64-bit number with an optional base prefix, as flags are written. */
    public static long parseUint(String text) throws CommandFailure {
        return ranged("ParseUint", text, unsigned("ParseUint", text), BigInteger.ZERO, UINT64_MAX);
    }

    /** The same with 32 bits. */
    public static long parseUint32(String text) throws CommandFailure {
        return ranged("ParseUint", text, unsigned("ParseUint", text), BigInteger.ZERO, UINT32_MAX);
    }

    /** A signed 64-bit number with an optional base prefix. */
    public static long parseInt(String text) throws CommandFailure {
        boolean isNegative = text.startsWith("-");
        boolean isSigned = isNegative || text.startsWith("+");
        String digits = isSigned ? text.substring(1) : text;
        if (digits.startsWith("-") || digits.startsWith("+")) {
            throw syntax("ParseInt", text);
        }
        BigInteger magnitude;
        try {
            magnitude = unsigned("ParseInt", digits);
        } catch (CommandFailure e) {
            throw syntax("ParseInt", text);
        }
        return ranged(
                "ParseInt",
                text,
                isNegative ? magnitude.negate() : magnitude,
                BigInteger.valueOf(Long.MIN_VALUE),
                BigInteger.valueOf(Long.MAX_VALUE));
    }

    /** A 64-bit floating point number. */
    public static double parseFloat(String text) throws CommandFailure {
        try {
            if (text.isEmpty() || text.isBlank() || !text.equals(text.strip())) {
                throw new NumberFormatException();
            }
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw syntax("ParseFloat", text);
        }
    }

    private static BigInteger unsigned(String function, String text) throws CommandFailure {
        String lower = text.toLowerCase(Locale.ROOT);
        int base = 10;
        String digits = lower;
        if (lower.startsWith("0x")) {
            base = 16;
            digits = lower.substring(2);
        } else if (lower.startsWith("0b")) {
            base = 2;
            digits = lower.substring(2);
        } else if (lower.startsWith("0o")) {
            base = 8;
            digits = lower.substring(2);
        } else if (lower.length() > 1 && lower.startsWith("0")) {
            base = 8;
            digits = lower.substring(1);
        }
        if (!digits.matches("[0-9a-f]+")) {
            throw syntax(function, text);
        }
        try {
            return new BigInteger(digits, base);
        } catch (NumberFormatException e) {
            throw syntax(function, text);
        }
    }

    private static long ranged(
            String function, String text, BigInteger value, BigInteger min, BigInteger max)
            throws CommandFailure {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new CommandFailure(
                    "strconv.%s: parsing %s: value out of range"
                            .formatted(function, GoText.quote(text)));
        }
        return value.longValue();
    }

    private static CommandFailure syntax(String function, String text) {
        return new CommandFailure(
                "strconv.%s: parsing %s: invalid syntax".formatted(function, GoText.quote(text)));
    }
}
