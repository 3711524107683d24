package dev.plinth.raft;

/**
 * A refusal: the node is unchanged and goes on. Refusals are frequent while there is no leader, so
 * they carry no stack trace.
 */
public final class RaftException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why a call was refused. */
    public enum Reason {
        /** Nobody took the proposal; it may be tried again. */
        PROPOSAL_DROPPED("raft proposal dropped"),
        /** A message of a kind that never travels came from elsewhere. */
        LOCAL_MESSAGE("raft: cannot step raft local message"),
        /** An answer came from a member that is not tracked. */
        PEER_NOT_FOUND("raft: cannot step as peer not found"),
        /** A message breaks what its kind promises. */
        MALFORMED_MESSAGE("raft: malformed message"),
        NO_PEERS_TO_BOOTSTRAP("must provide at least one peer to Bootstrap"),
        BOOTSTRAP_OF_NONEMPTY_STORAGE("can't bootstrap a nonempty Storage");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** The reference's wording. */
        @Override
        public String toString() {
            return text;
        }
    }

    private final Reason reason;

    public RaftException(Reason reason) {
        super(reason.text, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
