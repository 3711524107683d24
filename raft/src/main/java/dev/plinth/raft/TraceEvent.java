package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One atomic step of a node, as {@link RaftTracer} sees it.
 *
 * @param name what happened
 * @param nodeId the node
 * @param hardState its term, vote and commit index after the step
 * @param role its role
 * @param lastIndex index of its last log entry
 * @param voters voters of the incoming half
 * @param votersOutgoing voters of the outgoing half
 * @param message message that was sent or received; null when none was
 * @param change configuration change; null when none
 */
public record TraceEvent(
        Name name,
        long nodeId,
        HardState hardState,
        Role role,
        long lastIndex,
        List<Long> voters,
        List<Long> votersOutgoing,
        @Nullable Message message,
        @Nullable ConfChangeV2 change) {
    /** Steps of the model; {@link #toString} is the model's word. */
    public enum Name {
        INIT_STATE("InitState"),
        BECOME_CANDIDATE("BecomeCandidate"),
        BECOME_FOLLOWER("BecomeFollower"),
        BECOME_LEADER("BecomeLeader"),
        COMMIT("Commit"),
        REPLICATE("Replicate"),
        CHANGE_CONF("ChangeConf"),
        APPLY_CONF_CHANGE("ApplyConfChange"),
        READY("Ready"),
        SEND_APPEND_ENTRIES_REQUEST("SendAppendEntriesRequest"),
        RECEIVE_APPEND_ENTRIES_REQUEST("ReceiveAppendEntriesRequest"),
        SEND_APPEND_ENTRIES_RESPONSE("SendAppendEntriesResponse"),
        RECEIVE_APPEND_ENTRIES_RESPONSE("ReceiveAppendEntriesResponse"),
        SEND_REQUEST_VOTE_REQUEST("SendRequestVoteRequest"),
        RECEIVE_REQUEST_VOTE_REQUEST("ReceiveRequestVoteRequest"),
        SEND_REQUEST_VOTE_RESPONSE("SendRequestVoteResponse"),
        RECEIVE_REQUEST_VOTE_RESPONSE("ReceiveRequestVoteResponse"),
        SEND_SNAPSHOT("SendSnapshot"),
        RECEIVE_SNAPSHOT("ReceiveSnapshot");

        private final String word;

        Name(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    public TraceEvent {
        voters = List.copyOf(voters);
        votersOutgoing = List.copyOf(votersOutgoing);
    }

    /** One line of a trace file, without the line end. */
    public String toJson() {
        StringBuilder out = new StringBuilder(256);
        out.append("{\"tag\":\"trace\",\"event\":{\"name\":\"").append(name);
        out.append("\",\"nid\":\"").append(U64.text(nodeId));
        out.append("\",\"state\":{\"term\":").append(U64.text(hardState.term()));
        out.append(",\"vote\":\"").append(U64.text(hardState.vote()));
        out.append("\",\"commit\":").append(U64.text(hardState.commit()));
        out.append("},\"role\":\"").append(role);
        out.append("\",\"log\":").append(U64.text(lastIndex));
        out.append(",\"conf\":[");
        appendIds(out, voters);
        out.append(',');
        appendIds(out, votersOutgoing);
        out.append(']');
        if (message != null) {
            appendMessage(out, message);
        }
        if (change != null) {
            appendChange(out, change);
        }
        return out.append("}}").toString();
    }

    private static void appendIds(StringBuilder out, List<Long> ids) {
        out.append('[');
        for (int i = 0; i < ids.size(); i++) {
            out.append(i == 0 ? "\"" : ",\"").append(U64.text(ids.get(i))).append('"');
        }
        out.append(']');
    }

    private static void appendMessage(StringBuilder out, Message m) {
        Snapshot snapshot = m.snapshot();
        out.append(",\"msg\":{\"type\":\"").append(m.type());
        out.append("\",\"term\":").append(U64.text(m.term()));
        out.append(",\"from\":\"").append(U64.text(m.from()));
        out.append("\",\"to\":\"").append(U64.text(m.to()));
        out.append("\",\"entries\":");
        out.append(snapshot == null ? U64.text(m.entries().size()) : U64.text(snapshot.index()));
        out.append(",\"logTerm\":").append(U64.text(m.logTerm()));
        out.append(",\"index\":").append(U64.text(m.index()));
        out.append(",\"commit\":").append(U64.text(m.commit()));
        out.append(",\"vote\":\"").append(U64.text(m.vote()));
        out.append("\",\"reject\":").append(m.reject());
        out.append(",\"rejectHint\":").append(U64.text(m.rejectHint())).append('}');
    }

    private static void appendChange(StringBuilder out, ConfChangeV2 change) {
        out.append(",\"cc\":{\"changes\":[");
        String separator = "";
        for (ConfChangeV2.Single single : change.changes()) {
            out.append(separator).append("{\"nid\":\"").append(U64.text(single.nodeId()));
            out.append("\",\"action\":\"").append(action(single.type())).append("\"}");
            separator = ",";
        }
        out.append("]}");
    }

    private static String action(ConfChangeType type) {
        return switch (type) {
            case ADD_NODE -> "AddNewServer";
            case REMOVE_NODE -> "RemoveServer";
            case ADD_LEARNER_NODE -> "AddLearner";
            case UPDATE_NODE -> "UpdateServer";
        };
    }
}
