package dev.plinth.mvcc.quota;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reckons what a transaction will have changed at its end, without changing anything: what it
 * deletes makes room for what it puts. One thread; a view of the store must stay open meanwhile.
 */
public final class PlannedChanges {
    private final QuotaTable table;
    private final LiveKeys state;

    /** Sizes of the keys that have changed so far. */
    private final TreeMap<byte[], Long> sizes = new TreeMap<>(Arrays::compareUnsigned);

    PlannedChanges(QuotaTable table, LiveKeys state) {
        this.table = table;
        this.state = state;
    }

    /** A put with a new value. */
    public void put(byte[] key, int valueLength) {
        if (table.covering(key) != QuotaTable.NONE) {
            sizes.put(key, (long) key.length + valueLength);
        }
    }

    /**
     * A deletion.
     *
     * @param end as in {@link LiveKeys#visit}
     */
    public void delete(byte[] key, byte @Nullable [] end) {
        state.visit(
                key,
                end,
                (found, _) -> {
                    if (table.covering(found) != QuotaTable.NONE) {
                        sizes.put(found, LiveKeys.ABSENT);
                    }
                });
        interval(key, end).replaceAll((_, _) -> LiveKeys.ABSENT);
    }

    private SortedMap<byte[], Long> interval(byte[] key, byte @Nullable [] end) {
        if (end == null) {
            return sizes.subMap(key, true, key, true);
        } else if (end.length == 0) {
            return sizes.tailMap(key);
        }
        return sizes.subMap(key, Arrays.compareUnsigned(key, end) < 0 ? end : key);
    }

    /** The first prefix that would be over a limit, in their order; null when all fits. */
    public @Nullable QuotaExcess excess() {
        long[] bytesMore = new long[table.all().size()];
        long[] keysMore = new long[bytesMore.length];
        sizes.forEach((key, after) -> {
            if (NamespaceQuotas.isQuotaKey(key)) {
                return;
            }
            long before = state.sizeOf(key);
            for (int i = table.covering(key); i != QuotaTable.NONE; i = table.parent(i)) {
                bytesMore[i] += Math.max(0, after) - Math.max(0, before);
                keysMore[i] += (after < 0 ? 0 : 1) - (before < 0 ? 0 : 1);
            }
        });
        for (int i = 0; i < bytesMore.length; i++) {
            NamespaceUsage usage = table.at(i).usage();
            if (usage.exceededBy(bytesMore[i], keysMore[i])) {
                return new QuotaExcess(usage, bytesMore[i], keysMore[i]);
            }
        }
        return null;
    }
}
