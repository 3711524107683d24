package dev.plinth.raft;

import dev.plinth.raft.quorum.IdSet;
import java.util.Map;
import java.util.TreeSet;

/** The commit rule in the words of its definition, to hold the fast one against. */
final class NaiveQuorum {
    private NaiveQuorum() {}

    /**
     * The highest acknowledged index that more than half of the members have; the greatest number
     * for no members.
     */
    static long committed(IdSet members, Map<Long, Long> acked) {
        if (members.isEmpty()) {
            return Long.MAX_VALUE;
        }
        TreeSet<Long> candidates = new TreeSet<>(acked.values());
        for (long candidate : candidates.descendingSet()) {
            long have =
                    members.toList().stream()
                            .filter(id -> acked.getOrDefault(id, 0L) >= candidate)
                            .count();
            if (2 * have > members.size()) {
                return candidate;
            }
        }
        return 0;
    }
}
