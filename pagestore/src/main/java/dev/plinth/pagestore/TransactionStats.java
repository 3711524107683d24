package dev.plinth.pagestore;

import dev.plinth.pagestore.tree.TreeCounters;

/**
 * What a write transaction did, or all of them together.
 *
 * @param pages pages allocated
 * @param pageBytes their size in bytes
 * @param cursors cursors made
 * @param nodes pages read for change
 * @param rebalances nodes looked at after deletions
 * @param rebalanceNanos time for that
 * @param splits nodes cut, by pieces beyond the first
 * @param spills nodes written
 * @param spillNanos time to build the pages
 * @param writes write calls, meta page included
 * @param writeNanos time for growing, writing and syncing
 * @param syncNanos of that, time of the two syncs
 */
public record TransactionStats(
        long pages,
        long pageBytes,
        long cursors,
        long nodes,
        long rebalances,
        long rebalanceNanos,
        long splits,
        long spills,
        long spillNanos,
        long writes,
        long writeNanos,
        long syncNanos) {
    static TransactionStats of(TreeCounters counters) {
        return new TransactionStats(
                counters.pageCount,
                counters.pageBytes,
                counters.cursors,
                counters.nodes,
                counters.rebalances,
                counters.rebalanceNanos,
                counters.splits,
                counters.spills,
                counters.spillNanos,
                counters.writes,
                counters.writeNanos,
                counters.syncNanos);
    }
}
