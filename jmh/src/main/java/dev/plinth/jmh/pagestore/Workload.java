package dev.plinth.jmh.pagestore;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Keys and sizes that all stores are measured with; the same as in the Go program. */
final class Workload {
    static final int KEYS = 200_000;
    static final int VALUE_BYTES = 256;
    static final int KEY_BYTES = 17;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Workload() {}

    /** SplitMix64. */
    static long mix(long seed) {
        long z = seed + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    static long randomKey(long i) {
        return Long.remainderUnsigned(mix(i), KEYS);
    }

    /** Writes the key of a number into an array of {@link #KEY_BYTES}. */
    static void key(long number, byte[] key) {
        LONG.set(key, 0, number);
        key[8] = '_';
    }
}
