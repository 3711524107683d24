package dev.plinth.server.auth;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A union of key intervals that never changes: disjoint, not touching, in order. So an interval is
 * covered by several permissions together exactly when it lies in one interval of the union.
 */
final class KeyRanges {
    static final KeyRanges NONE = new KeyRanges(List.of());

    private static final Comparator<ByteString> ORDER =
            ByteString.unsignedLexicographicalComparator();
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    /** An interval; {@code end} is exclusive, null for no upper bound. */
    record Range(ByteString begin, @Nullable ByteString end) {
        /** The interval that a request or permission names. */
        static Range of(ByteString key, ByteString rangeEnd) {
            if (rangeEnd.isEmpty()) {
                return new Range(key, key.concat(ZERO));
            }
            return new Range(key, rangeEnd.equals(ZERO) ? null : rangeEnd);
        }
    }

    private final List<Range> ranges;

    private KeyRanges(List<Range> ranges) {
        this.ranges = ranges;
    }

    static KeyRanges union(List<Range> all) {
        List<Range> sorted = new ArrayList<>(all);
        sorted.sort((a, b) -> ORDER.compare(a.begin(), b.begin()));
        List<Range> merged = new ArrayList<>();
        for (Range next : sorted) {
            Range last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && touches(last, next)) {
                merged.set(
                        merged.size() - 1, new Range(last.begin(), later(last.end(), next.end())));
            } else {
                merged.add(next);
            }
        }
        return new KeyRanges(List.copyOf(merged));
    }

    private static boolean touches(Range last, Range next) {
        ByteString end = last.end();
        return end == null || ORDER.compare(next.begin(), end) <= 0;
    }

    private static @Nullable ByteString later(@Nullable ByteString a, @Nullable ByteString b) {
        if (a == null || b == null) {
            return null;
        }
        return ORDER.compare(a, b) >= 0 ? a : b;
    }

    boolean covers(Range wanted) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (ORDER.compare(ranges.get(middle).begin(), wanted.begin()) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (high < 0) {
            return false;
        }
        ByteString end = ranges.get(high).end();
        ByteString wantedEnd = wanted.end();
        // The begin is looked at as well, for a request whose end is not above it.
        return end == null
                || (wantedEnd != null
                        && ORDER.compare(wanted.begin(), end) < 0
                        && ORDER.compare(wantedEnd, end) <= 0);
    }
}
