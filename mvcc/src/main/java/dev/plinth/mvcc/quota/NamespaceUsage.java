package dev.plinth.mvcc.quota;

import java.nio.charset.StandardCharsets;

/**
 * What lives below a prefix, and what may.
 *
 * @param prefix not to be changed
 * @param bytes of the keys and values that are alive; no history, no overhead
 * @param keys that are alive
 */
@SuppressWarnings("ArrayRecordComponent") // told, never compared
public record NamespaceUsage(byte[] prefix, long bytes, long keys, QuotaLimits limits) {

    /** Whether this much more would go over a limit; what shrinks or stays is never too much. */
    boolean exceededBy(long bytesMore, long keysMore) {
        return bytesExceededBy(bytesMore) || isAbove(keys, keysMore, limits.keysMax());
    }

    /** Whether it is the bytes that would be too many. */
    public boolean bytesExceededBy(long bytesMore) {
        return isAbove(bytes, bytesMore, limits.bytesMax());
    }

    private static boolean isAbove(long used, long more, long max) {
        return max != QuotaLimits.NONE && more > 0 && used + more > max;
    }

    @Override
    public String toString() {
        return "%s: %d of %d bytes, %d of %d keys"
                .formatted(
                        new String(prefix, StandardCharsets.UTF_8),
                        bytes,
                        limits.bytesMax(),
                        keys,
                        limits.keysMax());
    }
}
