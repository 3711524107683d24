package dev.plinth.pagestore.tree;

/** What a transaction has done to its trees; owned by it. Times are filled in by the commit. */
public final class TreeCounters {
    public long pageCount;
    public long pageBytes;
    public long cursors;
    public long nodes;
    public long rebalances;
    public long rebalanceNanos;
    public long splits;
    public long spills;
    public long spillNanos;
    public long writes;
    public long writeNanos;
    public long syncNanos;

    public void add(TreeCounters other) {
        pageCount += other.pageCount;
        pageBytes += other.pageBytes;
        cursors += other.cursors;
        nodes += other.nodes;
        rebalances += other.rebalances;
        rebalanceNanos += other.rebalanceNanos;
        splits += other.splits;
        spills += other.spills;
        spillNanos += other.spillNanos;
        writes += other.writes;
        writeNanos += other.writeNanos;
        syncNanos += other.syncNanos;
    }
}
