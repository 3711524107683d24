package dev.plinth.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.server.config.Flag;
import dev.plinth.server.config.FlagTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Every limit and timeout of the server ({@code surface/limits.tsv}), with what it is in the code:
 * a flag's default or a constant.
 */
public final class LimitTable {
    /**
     * One of them.
     *
     * @param unit {@code bytes}, {@code s}, {@code ms}, {@code ns}, or nothing
     * @param source a flag, or a class and its constant
     * @param beyond what happens past it
     * @param test where it is tested: class and method; empty where it is not
     */
    public record Limit(
            String name, String unit, String value, String source, String beyond, String test) {
        /** The value in the running program. */
        public String found() {
            try {
                if (source.startsWith("--")) {
                    Flag flag = FlagTable.standard().find(source.substring(2));
                    return flag == null ? "missing" : flag.defaultText();
                }
                int hash = source.indexOf('#');
                Field constant =
                        Class.forName(source.substring(0, hash))
                                .getDeclaredField(source.substring(hash + 1));
                constant.setAccessible(true);
                return String.valueOf(constant.get(null));
            } catch (ReflectiveOperationException e) {
                return "missing: " + e;
            }
        }

        /** As people read it: {@code 64 KiB}, {@code 500 ms}. */
        public String readable() {
            return switch (unit) {
                case "bytes" -> bytes(Long.parseLong(value));
                case "ns" -> time(Long.parseLong(value));
                case "ms" -> time(Long.parseLong(value) * 1_000_000);
                case "s" -> String.format(Locale.ROOT, "%,d s", Long.parseLong(value));
                default ->
                        value.chars().allMatch(Character::isDigit)
                                ? String.format(Locale.ROOT, "%,d", Long.parseLong(value))
                                : value;
            };
        }

        private static String bytes(long bytes) {
            for (String unit : List.of("30 GiB", "20 MiB", "10 KiB")) {
                long one = 1L << Integer.parseInt(unit.substring(0, 2));
                if (bytes >= one && bytes % (one / 2) == 0) {
                    return String.format(
                            Locale.ROOT,
                            bytes % one == 0 ? "%.0f%s" : "%.1f%s",
                            (double) bytes / one,
                            unit.substring(2));
                }
            }
            return bytes + " bytes";
        }

        private static String time(long nanos) {
            return nanos % 1_000_000_000 == 0
                    ? nanos / 1_000_000_000 + " s"
                    : nanos / 1_000_000 + " ms";
        }
    }

    private LimitTable() {}

    /** All of them, in the order of the file. */
    public static List<Limit> all() {
        try (InputStream in = LimitTable.class.getResourceAsStream("/surface/limits.tsv")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.split("\t", -1))
                    .map(row -> new Limit(row[0], row[1], row[2], row[3], row[4], row[5]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
