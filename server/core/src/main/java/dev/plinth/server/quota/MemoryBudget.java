package dev.plinth.server.quota;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What requests may hold in memory together. Whoever is about to hold much charges it first, and is
 * refused when all charges would be more than the budget; whoever lets go releases it.
 *
 * <p>Charges are estimates of bytes on the heap and in the network's buffers, made before they are
 * taken. Any thread; a charge costs two atomic additions, and nothing without a budget.
 */
public final class MemoryBudget {
    /** What the memory is used for. */
    public enum Use {
        /** Requests that have not come in as a whole. */
        REQUESTS("request"),
        /** Answers of ranges, and of writes that return pairs. */
        READS("read"),
        /** Entries from their proposal until they are applied. */
        WRITES("write"),
        /** Watchers, and events that wait for slow clients. */
        WATCHES("watch");

        private final String label;

        Use(String label) {
            this.label = label;
        }

        /** Its name in metrics and refusals. */
        public String label() {
            return label;
        }
    }

    private record Counts(AtomicLong chargedBytes, AtomicLong refusals) {}

    private final long limitBytes;
    private final AtomicLong charged = new AtomicLong();
    private final Map<Use, Counts> counts = new EnumMap<>(Use.class);

    /**
     * @param limitBytes 0 for no bound
     */
    public MemoryBudget(long limitBytes) {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("budget of " + limitBytes + " bytes");
        }
        this.limitBytes = limitBytes;
        for (Use use : Use.values()) {
            counts.put(use, new Counts(new AtomicLong(), new AtomicLong()));
        }
    }

    private Counts of(Use use) {
        return Objects.requireNonNull(counts.get(use));
    }

    /** No bound. */
    public static MemoryBudget unbounded() {
        return new MemoryBudget(0);
    }

    /** Whether anything is refused, so that it is worth while to estimate. */
    public boolean isBounded() {
        return limitBytes > 0;
    }

    /** The bound; 0 for none. */
    public long limitBytes() {
        return limitBytes;
    }

    /** What is charged now for a use. */
    public long chargedBytes(Use use) {
        return of(use).chargedBytes().get();
    }

    /** How often a use was refused so far. */
    public long refusals(Use use) {
        return of(use).refusals().get();
    }

    /**
     * Charges, whole or not at all.
     *
     * @throws RefusedException it would be more than the budget
     */
    public void charge(Use use, long bytes) throws RefusedException {
        if (!tryCharge(use, bytes)) {
            throw RefusedException.of(
                    EtcdError.MEMORY_BUDGET_EXCEEDED,
                    "memory budget exceeded: %s of %d bytes, %d of %d in use"
                            .formatted(use.label(), bytes, charged.get(), limitBytes));
        }
    }

    /** Charges, whole or not at all; whether it was charged. */
    public boolean tryCharge(Use use, long bytes) {
        if (!isBounded()) {
            return true;
        }
        long now;
        do {
            now = charged.get();
            if (bytes > limitBytes - now) {
                of(use).refusals().incrementAndGet();
                return false;
            }
        } while (!charged.compareAndSet(now, now + bytes));
        of(use).chargedBytes().addAndGet(bytes);
        return true;
    }

    /** Charges even beyond the budget: what cannot be refused counts all the same. */
    public void chargeAlways(Use use, long bytes) {
        if (isBounded()) {
            charged.addAndGet(bytes);
            of(use).chargedBytes().addAndGet(bytes);
        }
    }

    /** Gives back what was charged. */
    public void release(Use use, long bytes) {
        if (isBounded()) {
            charged.addAndGet(-bytes);
            of(use).chargedBytes().addAndGet(-bytes);
        }
    }
}
