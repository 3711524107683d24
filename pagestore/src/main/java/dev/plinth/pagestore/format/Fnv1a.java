package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The 64-bit FNV-1a hash that protects a meta page. */
public final class Fnv1a {
    private static final long OFFSET_BASIS = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private Fnv1a() {}

    /** The hash of {@code length} bytes from {@code offset}. */
    public static long hash(MemorySegment segment, long offset, long length) {
        long hash = OFFSET_BASIS;
        for (long i = 0; i < length; i++) {
            hash ^= segment.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFF;
            hash *= PRIME;
        }
        return hash;
    }
}
