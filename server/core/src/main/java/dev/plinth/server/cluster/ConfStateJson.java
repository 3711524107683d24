package dev.plinth.server.cluster;

import dev.plinth.raft.ConfState;
import java.util.List;

/**
 * Raft's configuration as JSON, as the database's {@code meta/confState} and log lines have it.
 * Empty lists are left out; ids are unsigned numbers.
 */
public final class ConfStateJson {
    private ConfStateJson() {}

    /** Writes the configuration. */
    public static String write(ConfState state) {
        StringBuilder out = new StringBuilder("{");
        append(out, "voters", state.voters());
        append(out, "learners", state.learners());
        append(out, "voters_outgoing", state.votersOutgoing());
        append(out, "learners_next", state.learnersNext());
        return out.append("\"auto_leave\":").append(state.autoLeave()).append('}').toString();
    }

    private static void append(StringBuilder out, String name, List<Long> ids) {
        if (ids.isEmpty()) {
            return;
        }
        out.append('"').append(name).append("\":[");
        String separator = "";
        for (long id : ids) {
            out.append(separator).append(Long.toUnsignedString(id));
            separator = ",";
        }
        out.append("],");
    }
}
