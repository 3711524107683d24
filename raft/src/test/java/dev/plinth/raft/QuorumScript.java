package dev.plinth.raft;

import dev.plinth.raft.quorum.IdSet;
import dev.plinth.raft.quorum.JointConfig;
import dev.plinth.raft.quorum.Majority;
import dev.plinth.raft.quorum.Vote;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of a script about quorums; each result is computed a second time in a naive
 * way.
 */
final class QuorumScript {
    private QuorumScript() {}

    static String run(ScriptFile.Command c) {
        List<Long> ids = new ArrayList<>();
        List<Long> outgoingIds = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (ScriptFile.Argument a : c.arguments()) {
            switch (a.key()) {
                case "cfg" -> a.values().forEach(v -> ids.add(Long.parseLong(v)));
                case "cfgj" -> {
                    if (!a.value().equals("zero")) {
                        a.values().forEach(v -> outgoingIds.add(Long.parseLong(v)));
                    }
                }
                case "idx", "votes" -> values.addAll(a.values());
                default -> throw new IllegalArgumentException("unknown argument " + a.key());
            }
        }
        JointConfig config = new JointConfig(set(ids), set(outgoingIds));
        IdSet all = config.ids();
        if (all.size() != values.size()) {
            return "error: mismatched input (explicit or _) for voters " + all + ": " + values;
        }
        Map<Long, String> byId = new LinkedHashMap<>();
        int next = 0;
        ids.addAll(outgoingIds);
        for (long id : ids) {
            if (!byId.containsKey(id)) {
                byId.put(id, values.get(next++));
            }
        }
        byId.values().removeIf(v -> v.equals("_"));
        return switch (c.name()) {
            case "committed" -> committed(config, byId);
            case "vote" -> vote(config, byId);
            default -> "unknown command";
        };
    }

    private static IdSet set(List<Long> ids) {
        return IdSet.of(ids.stream().mapToLong(Long::longValue).toArray());
    }

    private static String vote(JointConfig config, Map<Long, String> votes) {
        String result = config.voteResult(id -> voteOf(votes.get(id))) + "\n";
        JointConfig swapped =
                new JointConfig(
                        /* incoming= */ config.outgoing(), /* outgoing= */ config.incoming());
        String again = swapped.voteResult(id -> voteOf(votes.get(id))) + "\n";
        return result.equals(again) ? result : result + again + " <-- via symmetry\n";
    }

    private static Vote voteOf(@Nullable String text) {
        if (text == null) {
            return Vote.MISSING;
        }
        return text.equals("y") ? Vote.YES : Vote.NO;
    }

    private static String committed(JointConfig config, Map<Long, String> values) {
        Map<Long, Long> acked = new LinkedHashMap<>();
        values.forEach((id, v) -> acked.put(id, Long.parseLong(v)));
        long result = config.committedIndex(id -> acked.getOrDefault(id, 0L));
        StringBuilder out = new StringBuilder(describe(config.ids(), acked));
        long naive =
                Math.min(
                        NaiveQuorum.committed(config.incoming(), acked),
                        NaiveQuorum.committed(config.outgoing(), acked));
        if (naive != (result == Majority.INFINITY ? Long.MAX_VALUE : result)) {
            out.append(naive).append(" <-- via alternative computation\n");
        }
        out.append(result == Majority.INFINITY ? "∞" : U64.text(result)).append('\n');
        return out.toString();
    }

    private record Row(long id, long index, boolean known) {}

    private static String describe(IdSet ids, Map<Long, Long> acked) {
        if (ids.isEmpty()) {
            return "<empty majority quorum>";
        }
        int n = ids.size();
        List<Row> rows = new ArrayList<>();
        for (long id : ids.toList()) {
            rows.add(new Row(id, acked.getOrDefault(id, 0L), acked.containsKey(id)));
        }
        List<Row> byIndex = new ArrayList<>(rows);
        byIndex.sort(Comparator.comparingLong(Row::index).thenComparingLong(Row::id));
        Map<Row, Integer> bars = new LinkedHashMap<>();
        int bar = 0;
        for (int i = 0; i < n; i++) {
            if (i > 0 && byIndex.get(i - 1).index() < byIndex.get(i).index()) {
                bar = i;
            }
            bars.put(byIndex.get(i), bar);
        }
        StringBuilder out = new StringBuilder(" ".repeat(n)).append("    idx\n");
        for (Row row : rows) {
            int width = bars.getOrDefault(row, 0);
            out.append(
                    row.known()
                            ? "x".repeat(width) + ">" + " ".repeat(n - width)
                            : "?" + " ".repeat(n));
            out.append(String.format(" %5d    (id=%x)%n", row.index(), row.id()));
        }
        return out.toString();
    }
}
