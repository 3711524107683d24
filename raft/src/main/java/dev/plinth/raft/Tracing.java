package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the tracer, if there is one, of each state change. Pre-votes are not part of the model and
 * not traced.
 */
final class Tracing {
    private final Raft raft;
    private final @Nullable RaftTracer tracer;

    Tracing(Raft raft, @Nullable RaftTracer tracer) {
        this.raft = raft;
        this.tracer = tracer;
    }

    void initState(RaftStorage.InitialState stored) {
        if (tracer != null) {
            tracer.trace(
                    new TraceEvent(
                            TraceEvent.Name.INIT_STATE,
                            raft.id,
                            stored.hardState(),
                            Role.FOLLOWER,
                            raft.log.lastIndex(),
                            stored.confState().voters(),
                            stored.confState().votersOutgoing(),
                            null,
                            null));
        }
    }

    void becameFollower() {
        emit(TraceEvent.Name.BECOME_FOLLOWER, null, null);
    }

    void becameCandidate() {
        emit(TraceEvent.Name.BECOME_CANDIDATE, null, null);
    }

    void becameLeader() {
        emit(TraceEvent.Name.BECOME_LEADER, null, null);
    }

    void committed() {
        emit(TraceEvent.Name.COMMIT, null, null);
    }

    void readyTaken() {
        emit(TraceEvent.Name.READY, null, null);
    }

    void appliedConfChange(ConfChangeV2 change) {
        emit(TraceEvent.Name.APPLY_CONF_CHANGE, null, change);
    }

    void changedConf(ConfChangeV2 change) {
        emit(TraceEvent.Name.CHANGE_CONF, null, change);
    }

    /** Changes of the configuration are traced as such. */
    void replicated(List<Entry> entries) {
        if (tracer == null) {
            return;
        }
        for (Entry entry : entries) {
            if (entry.type() == EntryType.NORMAL) {
                emit(TraceEvent.Name.REPLICATE, null, null);
            }
        }
    }

    void sent(Message m) {
        if (tracer == null) {
            return;
        }
        switch (m.type()) {
            case APP, HEARTBEAT -> emit(TraceEvent.Name.SEND_APPEND_ENTRIES_REQUEST, m, null);
            case APP_RESP, HEARTBEAT_RESP ->
                    emit(TraceEvent.Name.SEND_APPEND_ENTRIES_RESPONSE, m, null);
            case SNAP -> emit(TraceEvent.Name.SEND_SNAPSHOT, m, null);
            case VOTE -> emit(TraceEvent.Name.SEND_REQUEST_VOTE_REQUEST, m, null);
            case VOTE_RESP -> emit(TraceEvent.Name.SEND_REQUEST_VOTE_RESPONSE, m, null);
            default -> {}
        }
    }

    void received(Message m) {
        if (tracer == null) {
            return;
        }
        switch (m.type()) {
            case APP, HEARTBEAT -> emit(TraceEvent.Name.RECEIVE_APPEND_ENTRIES_REQUEST, m, null);
            case APP_RESP, HEARTBEAT_RESP ->
                    emit(TraceEvent.Name.RECEIVE_APPEND_ENTRIES_RESPONSE, m, null);
            case SNAP -> emit(TraceEvent.Name.RECEIVE_SNAPSHOT, m, null);
            case VOTE -> emit(TraceEvent.Name.RECEIVE_REQUEST_VOTE_REQUEST, m, null);
            case VOTE_RESP -> emit(TraceEvent.Name.RECEIVE_REQUEST_VOTE_RESPONSE, m, null);
            default -> {}
        }
    }

    private void emit(
            TraceEvent.Name name, @Nullable Message message, @Nullable ConfChangeV2 change) {
        if (tracer != null) {
            TrackedConfig config = raft.tracker.config();
            tracer.trace(
                    new TraceEvent(
                            name,
                            raft.id,
                            raft.hardState(),
                            raft.role,
                            raft.log.lastIndex(),
                            config.voters().incoming().toList(),
                            config.voters().outgoing().toList(),
                            message,
                            change));
        }
    }
}
