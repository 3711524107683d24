package dev.plinth.pagestore;

/**
 * The state of a database and what it has done since it was opened. Free pages are counted as of
 * the end of the last write transaction.
 *
 * @param pageSize bytes of a page
 * @param sizeBytes pages below the high water mark times the page size
 * @param freePages pages that can be reused now
 * @param pendingPages pages that wait for readers, or for a checkpoint
 * @param freelistBytes size of the list of free pages when persisted
 * @param openReadTransactions read transactions open now
 * @param oldestReader state that the oldest of them reads; that of the current state without any
 * @param startedReadTransactions read transactions begun
 * @param writes sum over all write transactions
 */
public record Stats(
        int pageSize,
        long sizeBytes,
        long freePages,
        long pendingPages,
        long freelistBytes,
        int openReadTransactions,
        long oldestReader,
        long startedReadTransactions,
        TransactionStats writes) {
    /** Size without the free pages, as etcd reports it: pending pages count as used. */
    public long inUseBytes() {
        return sizeBytes - freePages * pageSize;
    }
}
