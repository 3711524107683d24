package dev.plinth.server.boot;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Has the old generation collected when it has grown much since it was. The serial collector by
 * itself first makes the heap larger, up to its maximum: entries of some KiB stay in the log in
 * memory for longer than a young collection takes to come round, and are dead soon after, so 1 GiB
 * of them left a heap of 1.1 GB of which a tenth was alive.
 *
 * <p>It may grow by what is alive, and by {@link #GROWTH_BYTES_MIN} at least. So the pauses, which
 * cost what is alive, have a bounded share of the time that it takes to make so much garbage. Other
 * collectors look after this themselves. One thread.
 */
final class OldGenerationWatch {
    /** What may be dead before it is looked for. */
    static final long GROWTH_BYTES_MIN = 256L << 20;

    private static final String SERIAL_COLLECTORS = "Tenured Gen";

    private final LongSupplier usedBytes;
    private final LongSupplier aliveBytes;
    private final Runnable collection;

    /**
     * A watch of one generation.
     *
     * @param usedBytes what it holds now
     * @param aliveBytes what it held after its last collection
     * @param collection collects it
     */
    OldGenerationWatch(LongSupplier usedBytes, LongSupplier aliveBytes, Runnable collection) {
        this.usedBytes = usedBytes;
        this.aliveBytes = aliveBytes;
        this.collection = collection;
    }

    /** That of this process, where its collector needs one. */
    static Optional<OldGenerationWatch> ofProcess() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals(SERIAL_COLLECTORS))
                .findAny()
                .map(pool ->
                        new OldGenerationWatch(
                                () -> pool.getUsage().getUsed(), () -> alive(pool), System::gc));
    }

    private static long alive(MemoryPoolMXBean pool) {
        MemoryUsage collected = pool.getCollectionUsage();
        return collected == null ? 0 : collected.getUsed();
    }

    /** Looks once. */
    void turn() {
        long alive = aliveBytes.getAsLong();
        if (usedBytes.getAsLong() - alive > Math.max(GROWTH_BYTES_MIN, alive)) {
            collection.run();
        }
    }
}
