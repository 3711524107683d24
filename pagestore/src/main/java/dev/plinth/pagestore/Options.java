package dev.plinth.pagestore;

import dev.plinth.walio.io.SystemClock;
import java.util.function.Consumer;

/**
 * How to open a database. Start from {@link #defaults} or {@link #etcd} and change single settings
 * with the {@code with} methods.
 *
 * @param pageSize bytes of a page of a new file, a power of two from 1 KiB to 64 KiB; an existing
 *     file keeps its own
 * @param initialMapBytes address space to map at least; with a file below it growth never maps anew
 * @param populate read the file into memory while mapping it
 * @param freelist how free pages are kept in memory
 * @param persistFreelist write the list of free pages with each commit; without it opening for
 *     writing scans the tree instead
 * @param preloadFreelist load the list also when opening for reading
 * @param readOnly open for reading, under a lock shared with other readers; never writes
 * @param durability when commits reach stable storage
 * @param maxSizeBytes size that growth must not exceed; 0 for none
 * @param allocationStepBytes what a file larger than this grows by at least
 * @param sparePercent free pages, as a percentage of the used ones, up to which a commit that waits
 *     for the device and finds no run for all of its pages grows the file rather than being
 *     scattered over it; of no effect with {@link FreelistKind#ARRAY}
 * @param syncGrowth resize and sync the file when it grows, as the reference does by default
 * @param strict check the whole file within each commit, before it becomes durable
 * @param verifyKeyOrder refuse a page whose keys are not in order when it is first read
 * @param lockInMemory keep the mapped file in memory ({@code mlock})
 * @param lockWait what to do while another process has the file
 */
public record Options(
        int pageSize,
        long initialMapBytes,
        boolean populate,
        FreelistKind freelist,
        boolean persistFreelist,
        boolean preloadFreelist,
        boolean readOnly,
        Durability durability,
        long maxSizeBytes,
        long allocationStepBytes,
        int sparePercent,
        boolean syncGrowth,
        boolean strict,
        boolean verifyKeyOrder,
        boolean lockInMemory,
        LockWait lockWait) {
    /** Smallest page that can be written. */
    public static final int PAGE_BYTES_MIN = 1 << 10;

    /** Largest page that can be written. */
    public static final int PAGE_BYTES_MAX = 1 << 16;

    /** Largest page that can be read. */
    public static final int PAGE_BYTES_READABLE_MAX = 1 << 24;

    /** The reference's growth step. */
    public static final long ALLOCATION_STEP_BYTES = 16L << 20;

    private static final int SPARE_PERCENT = 50;

    private static final long ETCD_MAP_BYTES = 10L << 30;

    public Options {
        if (Integer.bitCount(pageSize) != 1
                || pageSize < PAGE_BYTES_MIN
                || pageSize > PAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "page size " + pageSize + " is not a power of two from 1024 to 65536");
        }
        if (initialMapBytes < 0
                || maxSizeBytes < 0
                || allocationStepBytes < 0
                || sparePercent < 0) {
            throw new IllegalArgumentException("negative size");
        }
    }

    /** The reference's defaults: durable commits, a persisted array of free pages. */
    public static Options defaults() {
        return new Options(
                4096,
                0,
                false,
                FreelistKind.ARRAY,
                true,
                false,
                false,
                Durability.EVERY_COMMIT,
                0,
                ALLOCATION_STEP_BYTES,
                SPARE_PERCENT,
                true,
                false,
                false,
                false,
                LockWait.forever(new SystemClock()));
    }

    /** What etcd opens its backend with. */
    public static Options etcd() {
        return defaults()
                .withInitialMapBytes(ETCD_MAP_BYTES)
                .withPopulate(true)
                .withFreelist(FreelistKind.BITMAP)
                .withPersistFreelist(false);
    }

    public Options withPageSize(int value) {
        return with(draft -> draft.pageSize = value);
    }

    public Options withInitialMapBytes(long value) {
        return with(draft -> draft.initialMapBytes = value);
    }

    public Options withPopulate(boolean value) {
        return with(draft -> draft.populate = value);
    }

    public Options withFreelist(FreelistKind value) {
        return with(draft -> draft.freelist = value);
    }

    public Options withPersistFreelist(boolean value) {
        return with(draft -> draft.persistFreelist = value);
    }

    public Options withPreloadFreelist(boolean value) {
        return with(draft -> draft.preloadFreelist = value);
    }

    public Options withReadOnly(boolean value) {
        return with(draft -> draft.readOnly = value);
    }

    public Options withDurability(Durability value) {
        return with(draft -> draft.durability = value);
    }

    public Options withMaxSizeBytes(long value) {
        return with(draft -> draft.maxSizeBytes = value);
    }

    public Options withAllocationStepBytes(long value) {
        return with(draft -> draft.allocationStepBytes = value);
    }

    public Options withSparePercent(int value) {
        return with(draft -> draft.sparePercent = value);
    }

    public Options withSyncGrowth(boolean value) {
        return with(draft -> draft.syncGrowth = value);
    }

    public Options withStrict(boolean value) {
        return with(draft -> draft.strict = value);
    }

    public Options withVerifyKeyOrder(boolean value) {
        return with(draft -> draft.verifyKeyOrder = value);
    }

    public Options withLockInMemory(boolean value) {
        return with(draft -> draft.lockInMemory = value);
    }

    public Options withLockWait(LockWait value) {
        return with(draft -> draft.lockWait = value);
    }

    private Options with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** All settings, to change one. */
    private static final class Draft {
        int pageSize;
        long initialMapBytes;
        boolean populate;
        FreelistKind freelist;
        boolean persistFreelist;
        boolean preloadFreelist;
        boolean readOnly;
        Durability durability;
        long maxSizeBytes;
        long allocationStepBytes;
        int sparePercent;
        boolean syncGrowth;
        boolean strict;
        boolean verifyKeyOrder;
        boolean lockInMemory;
        LockWait lockWait;

        Draft(Options options) {
            pageSize = options.pageSize;
            initialMapBytes = options.initialMapBytes;
            populate = options.populate;
            freelist = options.freelist;
            persistFreelist = options.persistFreelist;
            preloadFreelist = options.preloadFreelist;
            readOnly = options.readOnly;
            durability = options.durability;
            maxSizeBytes = options.maxSizeBytes;
            allocationStepBytes = options.allocationStepBytes;
            sparePercent = options.sparePercent;
            syncGrowth = options.syncGrowth;
            strict = options.strict;
            verifyKeyOrder = options.verifyKeyOrder;
            lockInMemory = options.lockInMemory;
            lockWait = options.lockWait;
        }

        Options options() {
            return new Options(
                    pageSize,
                    initialMapBytes,
                    populate,
                    freelist,
                    persistFreelist,
                    preloadFreelist,
                    readOnly,
                    durability,
                    maxSizeBytes,
                    allocationStepBytes,
                    sparePercent,
                    syncGrowth,
                    strict,
                    verifyKeyOrder,
                    lockInMemory,
                    lockWait);
        }
    }
}
