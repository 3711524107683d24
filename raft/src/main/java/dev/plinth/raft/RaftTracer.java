package dev.plinth.raft;

/**
 * Observes state changes one by one, in the vocabulary of the published TLA+ model, so that a run
 * can be held against it. Called by the node's thread at the change. {@link TraceEvent#toJson()}
 * gives the line for a trace file.
 */
public interface RaftTracer {
    void trace(TraceEvent event);
}
