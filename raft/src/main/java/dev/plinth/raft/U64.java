package dev.plinth.raft;

/** Comparison of unsigned 64-bit numbers. */
final class U64 {
    private U64() {}

    static boolean lt(long a, long b) {
        return Long.compareUnsigned(a, b) < 0;
    }

    static boolean le(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0;
    }

    static boolean gt(long a, long b) {
        return Long.compareUnsigned(a, b) > 0;
    }

    static boolean ge(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0;
    }

    static long min(long a, long b) {
        return lt(a, b) ? a : b;
    }

    static long max(long a, long b) {
        return gt(a, b) ? a : b;
    }

    static String text(long value) {
        return Long.toUnsignedString(value);
    }

    static String hex(long id) {
        return Long.toHexString(id);
    }
}
