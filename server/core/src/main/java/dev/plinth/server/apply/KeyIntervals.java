package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * A union of half-open key intervals.
 *
 * <p>Kept disjoint by merging on insertion, so that both operations are logarithmic. Not
 * thread-safe.
 */
final class KeyIntervals {
    static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();
    static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final TreeMap<ByteString, ByteString> endByBegin = new TreeMap<>(ORDER);

    /** Adds [begin, end); nothing when it is empty or inverted. */
    void add(ByteString begin, ByteString end) {
        if (ORDER.compare(begin, end) >= 0) {
            return;
        }
        ByteString from = begin;
        ByteString to = end;
        Map.Entry<ByteString, ByteString> near = endByBegin.floorEntry(end);
        while (near != null && ORDER.compare(near.getValue(), begin) >= 0) {
            endByBegin.remove(near.getKey());
            from = ORDER.compare(near.getKey(), from) < 0 ? near.getKey() : from;
            to = ORDER.compare(near.getValue(), to) > 0 ? near.getValue() : to;
            near = endByBegin.floorEntry(end);
        }
        endByBegin.put(from, to);
    }

    /** Adds all intervals of another union. */
    void addAll(KeyIntervals other) {
        other.endByBegin.forEach(this::add);
    }

    boolean holds(ByteString key) {
        Map.Entry<ByteString, ByteString> near = endByBegin.floorEntry(key);
        return near != null && ORDER.compare(key, near.getValue()) < 0;
    }
}
