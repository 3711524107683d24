package dev.plinth.mvcc.quota;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The quotas of a store and what is used of them.
 *
 * <p><b>How they are set.</b> The key {@code /plinth/quota/P} with a value as {@link QuotaLimits}
 * reads it bounds what lives below the prefix {@code P}, taken byte by byte; a value that cannot be
 * read sets nothing. So quotas are replicated, watched, guarded and backed up like any key. Keys
 * below {@code /plinth/quota/} are counted nowhere, so that a limit can always be raised. A change
 * of a quota holds from the next transaction on.
 *
 * <p><b>What is counted.</b> Keys that are alive, and the bytes of key and value of their newest
 * revision; for a prefix of a prefix in both. History is not counted: what compaction does, and
 * when, changes nothing. So the counts are a function of the live keys alone: every member comes to
 * the same ones, and a start or a snapshot from the leader counts anew.
 *
 * <p><b>Cost.</b> Without quotas, one comparison of a volatile a change. With them, a change below
 * a prefix looks up the size of what it replaces. Counting visits every live key below the prefixes
 * once: at start, and on the apply thread when a prefix gets its first quota.
 *
 * <p>Changes on the apply thread; everything that only reads on any thread.
 */
public final class NamespaceQuotas {
    /** What quota keys begin with, in ASCII. */
    public static final String SPACE = "/plinth/quota/";

    private static final byte[] SPACE_BYTES = SPACE.getBytes(StandardCharsets.US_ASCII);

    private static final long UNSETTLED = -1;

    private final List<byte[]> touched = new ArrayList<>();
    private final LongAdder refusals = new LongAdder();
    private volatile QuotaTable table = QuotaTable.EMPTY;
    private volatile long settledRevision = UNSETTLED;

    /** No quotas. */
    public NamespaceQuotas() {}

    /** Whether a key sets a quota. */
    public static boolean isQuotaKey(byte[] key) {
        return QuotaTable.startsWith(key, SPACE_BYTES);
    }

    /** True when nothing is bounded. */
    public boolean isEmpty() {
        return table.isEmpty();
    }

    /** Every prefix with a quota, in order. */
    public List<NamespaceUsage> usages() {
        return table.all().stream().map(NamespaceQuota::usage).toList();
    }

    /**
     * The revision that the counts belong to, or a number that is none while a transaction changes
     * them. Who finds the same revision before and after has seen counts of that revision.
     */
    public long settledRevision() {
        return settledRevision;
    }

    /** Writes refused on this member so far. */
    public long refusals() {
        return refusals.sum();
    }

    /** A write is refused. */
    public void refused() {
        refusals.increment();
    }

    /** Whether a key is counted below any prefix. */
    public boolean concerns(byte[] key) {
        QuotaTable now = table;
        return !now.isEmpty() && covering(now, key) != QuotaTable.NONE;
    }

    private static int covering(QuotaTable now, byte[] key) {
        return isQuotaKey(key) ? QuotaTable.NONE : now.covering(key);
    }

    /**
     * The first prefix, longest first, that would be full if a key changed its size.
     *
     * @param before its bytes now; {@link LiveKeys#ABSENT} when it is not alive
     * @param after its bytes then
     */
    public @Nullable QuotaExcess excess(byte[] key, long before, long after) {
        QuotaTable now = table;
        long bytesMore = after - Math.max(0, before);
        long keysMore = before == LiveKeys.ABSENT ? 1 : 0;
        for (int i = covering(now, key); i != QuotaTable.NONE; i = now.parent(i)) {
            NamespaceUsage usage = now.at(i).usage();
            if (usage.exceededBy(bytesMore, keysMore)) {
                return new QuotaExcess(usage, bytesMore, keysMore);
            }
        }
        return null;
    }

    /** Changes that are to be made together, on top of a state. */
    public PlannedChanges plan(LiveKeys state) {
        return new PlannedChanges(table, state);
    }

    // --- the apply thread ---

    /**
     * A key has changed its size.
     *
     * @param before {@link LiveKeys#ABSENT} when it was not alive
     * @param after {@link LiveKeys#ABSENT} when it is not alive now
     */
    public void changed(byte[] key, long before, long after) {
        QuotaTable now = table;
        settledRevision = UNSETTLED;
        long bytesMore = Math.max(0, after) - Math.max(0, before);
        int keysMore = (after == LiveKeys.ABSENT ? 0 : 1) - (before == LiveKeys.ABSENT ? 0 : 1);
        for (int i = covering(now, key); i != QuotaTable.NONE; i = now.parent(i)) {
            now.at(i).add(bytesMore, keysMore);
        }
    }

    /** A quota key was written or deleted; {@link #settle} sees to it. */
    public void touched(byte[] quotaKey) {
        settledRevision = UNSETTLED;
        touched.add(quotaKey);
    }

    /** Whether the transaction has written or deleted quota keys. */
    public boolean isTouched() {
        return !touched.isEmpty();
    }

    /** At the end of such a transaction, before it is visible: what it has set comes into force. */
    public void settle(LiveKeys state) {
        for (byte[] key : touched) {
            set(prefixOf(key), limitsOf(key, state), state);
        }
        touched.clear();
    }

    /** A transaction has ended and its revision is visible. */
    public void published(long revision) {
        if (!isEmpty()) {
            settledRevision = revision;
        }
    }

    private static @Nullable QuotaLimits limitsOf(byte[] quotaKey, LiveKeys state) {
        byte[] value = state.valueOf(quotaKey);
        return value == null ? null : QuotaLimits.parse(value);
    }

    private void set(byte[] prefix, @Nullable QuotaLimits limits, LiveKeys state) {
        List<NamespaceQuota> quotas = new ArrayList<>(table.all());
        NamespaceQuota known =
                quotas.stream()
                        .filter(quota -> Arrays.equals(quota.prefix(), prefix))
                        .findFirst()
                        .orElse(null);
        if (known != null && limits != null) {
            known.limits(limits);
            return;
        }
        if (known != null) {
            quotas.remove(known);
        } else if (limits != null) {
            NamespaceQuota quota = new NamespaceQuota(prefix, limits);
            count(prefix, state, (_, size) -> quota.add(size, 1));
            quotas.add(quota);
        } else {
            return;
        }
        table = new QuotaTable(quotas);
    }

    /** Reads the quotas of a store and counts what they bound, after a start or a snapshot. */
    public void restore(LiveKeys state) {
        settledRevision = UNSETTLED;
        touched.clear();
        List<byte[]> quotaKeys = new ArrayList<>();
        state.visit(SPACE_BYTES, endOf(SPACE_BYTES), (key, _) -> quotaKeys.add(key));
        List<NamespaceQuota> quotas = new ArrayList<>();
        for (byte[] key : quotaKeys) {
            QuotaLimits limits = limitsOf(key, state);
            if (limits != null) {
                quotas.add(new NamespaceQuota(prefixOf(key), limits));
            }
        }
        QuotaTable restored = new QuotaTable(quotas);
        for (int i = 0; i < quotas.size(); i++) {
            if (restored.parent(i) == QuotaTable.NONE) {
                count(restored.at(i).prefix(), state, (key, size) -> add(restored, key, size));
            }
        }
        table = restored;
    }

    private static void add(QuotaTable to, byte[] key, long size) {
        for (int i = to.covering(key); i != QuotaTable.NONE; i = to.parent(i)) {
            to.at(i).add(size, 1);
        }
    }

    private static void count(byte[] prefix, LiveKeys state, LiveKeys.Visitor visitor) {
        state.visit(
                prefix,
                endOf(prefix),
                (key, size) -> {
                    if (!isQuotaKey(key)) {
                        visitor.visit(key, size);
                    }
                });
    }

    private static byte[] prefixOf(byte[] quotaKey) {
        return Arrays.copyOfRange(quotaKey, SPACE_BYTES.length, quotaKey.length);
    }

    /** First key behind those that begin with a prefix; empty when there is none. */
    private static byte[] endOf(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
            length--;
        }
        byte[] end = Arrays.copyOf(prefix, length);
        if (length > 0) {
            end[length - 1]++;
        }
        return end;
    }
}
