package dev.plinth.mvcc.quota;

import java.util.Arrays;
import java.util.List;

/**
 * The prefixes that have a quota, in order, each with the next shorter one that it begins with.
 * Immutable. To find all that a key begins with costs one binary search and a walk up.
 */
final class QuotaTable {
    /** No prefix. */
    static final int NONE = -1;

    static final QuotaTable EMPTY = new QuotaTable(List.of());

    private final NamespaceQuota[] quotas;
    private final int[] parents;

    QuotaTable(List<NamespaceQuota> unordered) {
        quotas = unordered.toArray(new NamespaceQuota[0]);
        Arrays.sort(quotas, (a, b) -> Arrays.compareUnsigned(a.prefix(), b.prefix()));
        parents = new int[quotas.length];
        for (int i = 0; i < quotas.length; i++) {
            parents[i] = covering(i - 1, quotas[i].prefix());
        }
    }

    boolean isEmpty() {
        return quotas.length == 0;
    }

    List<NamespaceQuota> all() {
        return List.of(quotas);
    }

    NamespaceQuota at(int i) {
        return quotas[i];
    }

    /** The longest prefix that a key begins with; {@link #NONE} for none. */
    int covering(byte[] key) {
        int low = 0;
        int high = quotas.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(quotas[middle].prefix(), key) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return covering(low - 1, key);
    }

    /** The next shorter one; {@link #NONE} when there is none. */
    int parent(int i) {
        return parents[i];
    }

    /**
     * Whatever the key begins with and sorts not after {@code last}, the greatest prefix that is
     * not above the key, is that one or one of its parents: between a prefix of the key and the key
     * there are only strings that begin with that prefix.
     */
    private int covering(int last, byte[] key) {
        int i = last;
        while (i >= 0 && !startsWith(key, quotas[i].prefix())) {
            i = parents[i];
        }
        return i;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.mismatch(key, 0, prefix.length, prefix, 0, prefix.length) < 0;
    }
}
