package dev.plinth.raft;

import java.util.List;
import java.util.stream.Collectors;

/** The textual forms that scripts compare. */
final class Describe {
    private Describe() {}

    static String ready(Ready ready) {
        StringBuilder out = new StringBuilder();
        SoftState soft = ready.softState();
        if (soft != null) {
            out.append("Lead:").append(U64.text(soft.lead()));
            out.append(" State:").append(soft.role()).append('\n');
        }
        HardState hard = ready.hardState();
        if (hard != null) {
            out.append("HardState Term:").append(U64.text(hard.term()));
            out.append(hard.vote() == 0 ? "" : " Vote:" + U64.text(hard.vote()));
            out.append(" Commit:").append(U64.text(hard.commit())).append('\n');
        }
        if (!ready.readStates().isEmpty()) {
            out.append("ReadStates [");
            out.append(
                    ready.readStates().stream()
                            .map(Describe::readState)
                            .collect(Collectors.joining(" ")));
            out.append("]\n");
        }
        if (!ready.entries().isEmpty()) {
            out.append("Entries:\n").append(entries(ready.entries()));
        }
        if (ready.snapshot() != null) {
            out.append("Snapshot ").append(snapshot(ready.snapshot())).append('\n');
        }
        if (!ready.committedEntries().isEmpty()) {
            out.append("CommittedEntries:\n").append(entries(ready.committedEntries()));
        }
        if (!ready.messages().isEmpty()) {
            out.append("Messages:\n");
            ready.messages().forEach(m -> out.append(message(m)).append('\n'));
        }
        return out.isEmpty() ? "<empty Ready>" : "Ready MustSync=" + ready.mustSync() + ":\n" + out;
    }

    private static String readState(ReadState state) {
        StringBuilder bytes = new StringBuilder();
        for (byte b : state.context().toArray()) {
            bytes.append(bytes.isEmpty() ? "" : " ").append(b & 0xff);
        }
        return "{" + U64.text(state.index()) + " [" + bytes + "]}";
    }

    static String entries(List<Entry> entries) {
        StringBuilder out = new StringBuilder();
        entries.forEach(e -> out.append(entry(e)).append('\n'));
        return out.toString();
    }

    static String entry(Entry entry) {
        String text =
                switch (entry.type()) {
                    case NORMAL -> Quoted.text(entry.data());
                    case CONF_CHANGE, CONF_CHANGE_V2 -> changes(change(entry).changes());
                };
        return U64.text(entry.term())
                + "/"
                + U64.text(entry.index())
                + " "
                + entry.type()
                + (text.isEmpty() ? "" : " " + text);
    }

    static ConfChangeV2 change(Entry entry) {
        try {
            return entry.type() == EntryType.CONF_CHANGE
                    ? ConfChange.decode(entry.data()).asV2()
                    : ConfChangeV2.decode(entry.data());
        } catch (RaftDecodeException e) {
            throw new AssertionError(e);
        }
    }

    private static String changes(List<ConfChangeV2.Single> changes) {
        return changes.stream()
                .map(c ->
                        switch (c.type()) {
                                    case ADD_NODE -> "v";
                                    case ADD_LEARNER_NODE -> "l";
                                    case REMOVE_NODE -> "r";
                                    case UPDATE_NODE -> "u";
                                }
                                + U64.text(c.nodeId()))
                .collect(Collectors.joining(" "));
    }

    static String snapshot(Snapshot snapshot) {
        ConfState conf = snapshot.metadata().confState();
        return "Index:"
                + U64.text(snapshot.index())
                + " Term:"
                + U64.text(snapshot.term())
                + " ConfState:Voters:"
                + ids(conf.voters())
                + " VotersOutgoing:"
                + ids(conf.votersOutgoing())
                + " Learners:"
                + ids(conf.learners())
                + " LearnersNext:"
                + ids(conf.learnersNext())
                + " AutoLeave:"
                + conf.autoLeave();
    }

    private static String ids(List<Long> ids) {
        return ids.stream().map(U64::text).collect(Collectors.joining(" ", "[", "]"));
    }

    static String message(Message m) {
        return message(m, "");
    }

    private static String message(Message m, String indent) {
        StringBuilder out = new StringBuilder(indent);
        out.append(target(m.from())).append("->").append(target(m.to()));
        out.append(' ').append(m.type()).append(" Term:").append(U64.text(m.term()));
        out.append(" Log:").append(U64.text(m.logTerm())).append('/').append(U64.text(m.index()));
        if (m.reject()) {
            out.append(" Rejected (Hint: ").append(U64.text(m.rejectHint())).append(')');
        }
        if (m.commit() != 0) {
            out.append(" Commit:").append(U64.text(m.commit()));
        }
        if (m.vote() != 0) {
            out.append(" Vote:").append(U64.text(m.vote()));
        }
        if (m.entries().size() == 1) {
            out.append(" Entries:[").append(entry(m.entries().get(0))).append(']');
        } else if (!m.entries().isEmpty()) {
            out.append(" Entries:[");
            m.entries().forEach(e -> out.append('\n').append(indent).append("  ").append(entry(e)));
            out.append('\n').append(indent).append(']');
        }
        if (m.snapshot() != null) {
            out.append('\n').append(indent).append("  Snapshot: ").append(snapshot(m.snapshot()));
        }
        if (!m.responses().isEmpty()) {
            out.append(" Responses:[");
            m.responses().forEach(r -> out.append('\n').append(message(r, indent + "  ")));
            out.append('\n').append(indent).append(']');
        }
        return out.toString();
    }

    private static String target(long id) {
        if (id == 0) {
            return "None";
        }
        if (id == RawNode.LOCAL_APPEND_THREAD) {
            return "AppendThread";
        }
        return id == RawNode.LOCAL_APPLY_THREAD ? "ApplyThread" : U64.hex(id);
    }
}
