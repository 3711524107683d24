package dev.plinth.raft;

/**
 * Why a {@link RaftStorage} cannot give what was asked for. These are ordinary answers, so they
 * carry no stack trace; any other exception from a storage is fatal to the node.
 */
public final class StorageException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The kinds of answers. */
    public enum Reason {
        COMPACTED("requested index is unavailable due to compaction"),
        SNAPSHOT_OUT_OF_DATE("requested index is older than the existing snapshot"),
        UNAVAILABLE("requested entry at index is unavailable"),
        SNAPSHOT_TEMPORARILY_UNAVAILABLE("snapshot is temporarily unavailable");

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

    public StorageException(Reason reason) {
        super(reason.text, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
