package dev.plinth.nativebench.measure;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** Bytes that no device can compress or take for zeros. */
final class Noise {
    private Noise() {}

    static void fill(MemorySegment target, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; i < target.byteSize() / Long.BYTES; i++) {
            target.setAtIndex(JAVA_LONG, i, random.nextLong());
        }
    }
}
