package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What members (and a node's own workers) tell each other. Immutable; entries and bytes are shared,
 * never copied. Which fields mean something depends on the {@link #type()}; the others are zero.
 */
public final class Message {
    private final MessageType type;
    private final long to;
    private final long from;
    private final long term;
    private final long logTerm;
    private final long index;
    private final List<Entry> entries;
    private final long commit;
    private final @Nullable Snapshot snapshot;
    private final boolean reject;
    private final long rejectHint;
    private final Bytes context;
    private final long vote;
    private final List<Message> responses;

    private Message(Builder b, MessageType messageType) {
        type = messageType;
        to = b.to;
        from = b.from;
        term = b.term;
        logTerm = b.logTerm;
        index = b.index;
        entries = b.entries;
        commit = b.commit;
        snapshot = b.snapshot;
        reject = b.reject;
        rejectHint = b.rejectHint;
        context = b.context;
        vote = b.vote;
        responses = b.responses;
    }

    public static Builder of(MessageType type) {
        return new Builder(type);
    }

    /** A builder that starts with all of this message's fields. */
    public Builder toBuilder() {
        Builder b = new Builder(type);
        b.to = to;
        b.from = from;
        b.term = term;
        b.logTerm = logTerm;
        b.index = index;
        b.entries = entries;
        b.commit = commit;
        b.snapshot = snapshot;
        b.reject = reject;
        b.rejectHint = rejectHint;
        b.context = context;
        b.vote = vote;
        b.responses = responses;
        return b;
    }

    public MessageType type() {
        return type;
    }

    public long to() {
        return to;
    }

    public long from() {
        return from;
    }

    /** The sender's term; 0 in local messages and forwarded requests. */
    public long term() {
        return term;
    }

    /** Term of the entry at {@link #index()}; in a rejection term of the hint. */
    public long logTerm() {
        return logTerm;
    }

    public long index() {
        return index;
    }

    public List<Entry> entries() {
        return entries;
    }

    public long commit() {
        return commit;
    }

    /** The snapshot; null when there is none or it stands for nothing. */
    public @Nullable Snapshot snapshot() {
        return snapshot;
    }

    public boolean reject() {
        return reject;
    }

    public long rejectHint() {
        return rejectHint;
    }

    /** Empty when absent. */
    public Bytes context() {
        return context;
    }

    public long vote() {
        return vote;
    }

    /** What a worker has to deliver when the work of a storage message is done. */
    public List<Message> responses() {
        return responses;
    }

    /**
     * The hard state to be written with a {@link MessageType#STORAGE_APPEND}; empty when there is
     * none.
     */
    public HardState hardState() {
        return new HardState(term, vote, commit);
    }

    public int encodedSize(WireForm form) {
        return MessageCodec.size(this, form);
    }

    /**
     * Writes the encoding, {@link #encodedSize} bytes.
     *
     * @return the position after it
     */
    public int writeTo(byte[] dst, int pos, WireForm form) {
        return MessageCodec.write(this, dst, pos, form);
    }

    /**
     * Writes the encoding in pieces; payloads of entries go to {@link GatherSink#share} without a
     * copy.
     */
    public void writeTo(GatherSink sink, WireForm form) {
        MessageCodec.write(this, sink, form);
    }

    public byte[] toBytes(WireForm form) {
        byte[] encoding = new byte[encodedSize(form)];
        writeTo(encoding, 0, form);
        return encoding;
    }

    /**
     * Decodes a message; entries, context and snapshot data share the array.
     *
     * @throws RaftDecodeException when the bytes are not a message
     */
    public static Message decode(byte[] array, int offset, int length) throws RaftDecodeException {
        return MessageCodec.decode(array, offset, length);
    }

    @Override
    public String toString() {
        return Long.toHexString(from)
                + "->"
                + Long.toHexString(to)
                + " "
                + type
                + " term:"
                + Long.toUnsignedString(term)
                + " log:"
                + Long.toUnsignedString(logTerm)
                + "/"
                + Long.toUnsignedString(index)
                + " commit:"
                + Long.toUnsignedString(commit)
                + (reject ? " reject hint:" + Long.toUnsignedString(rejectHint) : "")
                + (entries.isEmpty() ? "" : " entries:" + entries.size())
                + (snapshot == null ? "" : " snapshot:" + snapshot.index());
    }

    /**
     * Collects a message's fields. Lists are taken over, not copied: they must not change
     * afterwards.
     */
    public static final class Builder {
        private final MessageType type;
        private long to;
        private long from;
        private long term;
        private long logTerm;
        private long index;
        private List<Entry> entries = List.of();
        private long commit;
        private @Nullable Snapshot snapshot;
        private boolean reject;
        private long rejectHint;
        private Bytes context = Bytes.EMPTY;
        private long vote;
        private List<Message> responses = List.of();

        private Builder(MessageType type) {
            this.type = type;
        }

        MessageType type() {
            return type;
        }

        long to() {
            return to;
        }

        long from() {
            return from;
        }

        long term() {
            return term;
        }

        public Builder to(long id) {
            to = id;
            return this;
        }

        public Builder from(long id) {
            from = id;
            return this;
        }

        public Builder term(long value) {
            term = value;
            return this;
        }

        public Builder logTerm(long value) {
            logTerm = value;
            return this;
        }

        public Builder index(long value) {
            index = value;
            return this;
        }

        public Builder entries(List<Entry> value) {
            entries = value;
            return this;
        }

        public Builder commit(long value) {
            commit = value;
            return this;
        }

        /** A snapshot that stands for nothing counts as none. */
        public Builder snapshot(@Nullable Snapshot value) {
            snapshot = value == null || value.isEmpty() ? null : value;
            return this;
        }

        public Builder reject(boolean value) {
            reject = value;
            return this;
        }

        public Builder rejectHint(long value) {
            rejectHint = value;
            return this;
        }

        public Builder context(Bytes value) {
            context = value;
            return this;
        }

        public Builder vote(long value) {
            vote = value;
            return this;
        }

        public Builder hardState(HardState state) {
            term = state.term();
            vote = state.vote();
            commit = state.commit();
            return this;
        }

        public Builder responses(List<Message> value) {
            responses = value;
            return this;
        }

        Message build(MessageType decodedType) {
            return new Message(this, decodedType);
        }

        public Message build() {
            return new Message(this, type);
        }
    }
}
