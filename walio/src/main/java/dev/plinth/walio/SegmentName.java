package dev.plinth.walio;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a segment file: {@code <sequence %016x>-<first index %016x>.wal}.
 *
 * @param sequence number of the segment, rising by one; unsigned
 * @param firstIndex index of the first entry that may stand in it: one above the last one saved
 *     before; unsigned, may go down from one segment to the next after a leader overwrote entries
 */
public record SegmentName(long sequence, long firstIndex) {
    private static final String SUFFIX = ".wal";
    private static final Pattern PATTERN =
            Pattern.compile("([0-9a-fA-F]{1,16})-([0-9a-fA-F]{1,16})\\.wal");

    /** Reads a name; empty if it is not one of a segment. */
    public static Optional<SegmentName> parse(String name) {
        Matcher matcher = PATTERN.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new SegmentName(
                        Long.parseUnsignedLong(matcher.group(1), 16),
                        Long.parseUnsignedLong(matcher.group(2), 16)));
    }

    /** Whether a name counts as a log for the question "is there one?": by its suffix alone. */
    static boolean hasSuffix(String name) {
        return name.endsWith(SUFFIX);
    }

    /** The file's name. */
    public String fileName() {
        return hex(sequence) + "-" + hex(firstIndex) + SUFFIX;
    }

    private static String hex(long value) {
        String digits = Long.toHexString(value);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
