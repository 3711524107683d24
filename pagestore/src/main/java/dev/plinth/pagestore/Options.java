package dev.plinth.pagestore;

import dev.plinth.walio.io.SystemClock;

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

    private static final long ETCD_MAP_BYTES = 10L << 30;

    public Options {
        if (Integer.bitCount(pageSize) != 1
                || pageSize < PAGE_BYTES_MIN
                || pageSize > PAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "page size " + pageSize + " is not a power of two from 1024 to 65536");
        }
        if (initialMapBytes < 0 || maxSizeBytes < 0 || allocationStepBytes < 0) {
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
        return new Options(
                value,
                initialMapBytes,
                populate,
                freelist,
                persistFreelist,
                preloadFreelist,
                readOnly,
                durability,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withInitialMapBytes(long value) {
        return new Options(
                pageSize,
                value,
                populate,
                freelist,
                persistFreelist,
                preloadFreelist,
                readOnly,
                durability,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withPopulate(boolean value) {
        return new Options(
                pageSize,
                initialMapBytes,
                value,
                freelist,
                persistFreelist,
                preloadFreelist,
                readOnly,
                durability,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withFreelist(FreelistKind value) {
        return new Options(
                pageSize,
                initialMapBytes,
                populate,
                value,
                persistFreelist,
                preloadFreelist,
                readOnly,
                durability,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withPersistFreelist(boolean value) {
        return new Options(
                pageSize,
                initialMapBytes,
                populate,
                freelist,
                value,
                preloadFreelist,
                readOnly,
                durability,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withPreloadFreelist(boolean value) {
        return new Options(
                pageSize,
                initialMapBytes,
                populate,
                freelist,
                persistFreelist,
                value,
                readOnly,
                durability,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withReadOnly(boolean value) {
        return new Options(
                pageSize,
                initialMapBytes,
                populate,
                freelist,
                persistFreelist,
                preloadFreelist,
                value,
                durability,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withDurability(Durability value) {
        return new Options(
                pageSize,
                initialMapBytes,
                populate,
                freelist,
                persistFreelist,
                preloadFreelist,
                readOnly,
                value,
                maxSizeBytes,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withMaxSizeBytes(long value) {
        return new Options(
                pageSize,
                initialMapBytes,
                populate,
                freelist,
                persistFreelist,
                preloadFreelist,
                readOnly,
                durability,
                value,
                allocationStepBytes,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withAllocationStepBytes(long value) {
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
                value,
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withSyncGrowth(boolean value) {
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
                value,
                strict,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withStrict(boolean value) {
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
                syncGrowth,
                value,
                verifyKeyOrder,
                lockInMemory,
                lockWait);
    }

    public Options withVerifyKeyOrder(boolean value) {
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
                syncGrowth,
                strict,
                value,
                lockInMemory,
                lockWait);
    }

    public Options withLockInMemory(boolean value) {
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
                syncGrowth,
                strict,
                verifyKeyOrder,
                value,
                lockWait);
    }

    public Options withLockWait(LockWait value) {
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
                syncGrowth,
                strict,
                verifyKeyOrder,
                lockInMemory,
                value);
    }
}
