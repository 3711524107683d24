package dev.plinth.server.core;

/** A proposal that holds its entry as bytes; its outcome is left to the subclass. Immutable. */
public abstract class EntryProposal implements Proposal {
    private final long requestId;
    private final byte[] entry;
    private final int entryLength;

    /** Takes the array over, the whole of it. */
    protected EntryProposal(long requestId, byte[] entry) {
        this(requestId, entry, entry.length);
    }

    /**
     * Takes the array over.
     *
     * @param entryLength how many of the array's first bytes are the entry
     */
    protected EntryProposal(long requestId, byte[] entry, int entryLength) {
        this.requestId = requestId;
        this.entry = entry;
        this.entryLength = entryLength;
    }

    @Override
    public final long requestId() {
        return requestId;
    }

    @Override
    public final byte[] entry() {
        return entry;
    }

    @Override
    public final int entryLength() {
        return entryLength;
    }
}
