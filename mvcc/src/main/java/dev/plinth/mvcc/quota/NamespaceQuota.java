package dev.plinth.mvcc.quota;

/**
 * One prefix with its limits and what lives below it now.
 *
 * <p>Written by the apply thread, read by any thread; the two counts are each exact, but a reader
 * may see one of them before a change and the other after it.
 */
final class NamespaceQuota {
    private final byte[] prefix;
    private volatile QuotaLimits limits;
    private volatile long bytes;
    private volatile long keys;

    NamespaceQuota(byte[] prefix, QuotaLimits limits) {
        this.prefix = prefix;
        this.limits = limits;
    }

    /** Not to be changed. */
    byte[] prefix() {
        return prefix;
    }

    QuotaLimits limits() {
        return limits;
    }

    void limits(QuotaLimits changed) {
        limits = changed;
    }

    void add(long bytesMore, long keysMore) {
        long bytesNow = bytes;
        long keysNow = keys;
        bytes = bytesNow + bytesMore;
        keys = keysNow + keysMore;
        assert bytes >= 0 && keys >= 0 : this;
    }

    NamespaceUsage usage() {
        return new NamespaceUsage(prefix, bytes, keys, limits);
    }

    @Override
    public String toString() {
        return usage().toString();
    }
}
