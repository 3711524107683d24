package dev.plinth.server.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How the text of a flag is checked. The messages of the exceptions are those that Go's flag
 * package and etcd's own value types give, as operators' scripts see them.
 */
public sealed interface FlagType {
    /**
     * Checks a value.
     *
     * @return the text to keep, in canonical form
     * @throws IllegalArgumentException with the reason alone, without the value
     */
    String check(String text);

    /** Any text. */
    record Text() implements FlagType {
        @Override
        public String check(String text) {
            return text;
        }
    }

    /** A truth value; on the command line its value is given by {@code =} only. */
    record Bool() implements FlagType {
        private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
        private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

        @Override
        public String check(String text) {
            if (TRUE.contains(text)) {
                return "true";
            }
            if (FALSE.contains(text)) {
                return "false";
            }
            throw new IllegalArgumentException("parse error");
        }
    }

    /** A whole number within bounds, in decimal, {@code 0x}, {@code 0o} or {@code 0b} form. */
    record Whole(BigInteger min, BigInteger max) implements FlagType {
        static final Whole INT64 = signed(64);
        static final Whole UINT64 = unsigned(64);
        static final Whole UINT32 = unsigned(32);

        static Whole signed(int bits) {
            BigInteger limit = BigInteger.ONE.shiftLeft(bits - 1);
            return new Whole(limit.negate(), limit.subtract(BigInteger.ONE));
        }

        static Whole unsigned(int bits) {
            return new Whole(
                    BigInteger.ZERO, BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
        }

        @Override
        public String check(String text) {
            BigInteger value = parse(text);
            if (value.compareTo(min) < 0 && min.signum() == 0) {
                throw new IllegalArgumentException("parse error");
            }
            if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                throw new IllegalArgumentException("value out of range");
            }
            return value.toString();
        }

        private static BigInteger parse(String text) {
            String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
            int radix = 10;
            if (digits.length() > 1 && digits.charAt(0) == '0') {
                radix =
                        switch (digits.charAt(1)) {
                            case 'x', 'X' -> 16;
                            case 'b', 'B' -> 2;
                            default -> 8;
                        };
                boolean hasLetter = !Character.isDigit(digits.charAt(1));
                digits = digits.substring(hasLetter ? 2 : 1);
            }
            try {
                if (digits.isEmpty() || digits.startsWith("-") || digits.startsWith("+")) {
                    throw new NumberFormatException("no digits");
                }
                BigInteger value = new BigInteger(digits, radix);
                return text.startsWith("-") ? value.negate() : value;
            } catch (NumberFormatException _) {
                throw new IllegalArgumentException("parse error");
            }
        }
    }

    /** A duration with units. */
    record Time() implements FlagType {
        @Override
        public String check(String text) {
            try {
                return GoDuration.format(GoDuration.parseNanos(text));
            } catch (IllegalArgumentException _) {
                throw new IllegalArgumentException("parse error");
            }
        }
    }

    /** One of fixed words. */
    record Choice(List<String> words) implements FlagType {
        @Override
        public String check(String text) {
            if (!words.contains(text)) {
                throw new IllegalArgumentException("invalid value");
            }
            return text;
        }
    }

    /** URLs separated by commas; kept sorted, as etcd does. */
    record Urls(boolean mayBeEmpty) implements FlagType {
        @Override
        public String check(String text) {
            if (text.isEmpty() && mayBeEmpty) {
                return text;
            }
            List<String> sorted = new ArrayList<>();
            for (ListenUrl url : ListenUrl.parseList(text)) {
                sorted.add(url.text());
            }
            return String.join(",", sorted);
        }
    }

    /** Words separated by commas. */
    record Words() implements FlagType {
        @Override
        public String check(String text) {
            return text;
        }
    }

    /** Feature gates, {@code Name=true,…}. */
    record Gates() implements FlagType {
        @Override
        public String check(String text) {
            FeatureGates.parse(text);
            return text;
        }
    }
}
