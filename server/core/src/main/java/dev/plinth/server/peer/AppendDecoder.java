package dev.plinth.server.peer;

import dev.plinth.raft.Entry;
import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.RaftDecodeException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The other side of {@link AppendEncoder}. */
final class AppendDecoder implements StreamDecoder {
    /** What comes next. */
    private enum Expecting {
        KIND,
        COUNT,
        ENTRY_LENGTH,
        ENTRY,
        COMMIT,
        MESSAGE_LENGTH,
        MESSAGE
    }

    private final long remoteId;
    private final long localId;
    private final long frameBytesMax;
    private final FrameReader frames;
    private Expecting expecting = Expecting.KIND;
    private long term;
    private long index;
    private long entriesLeft;
    private long entryBytes;
    private List<Entry> entries = new ArrayList<>();

    /**
     * @param remoteId the member that sends
     * @param localId this member
     * @param frameBytesMax largest frame that is accepted
     */
    AppendDecoder(long remoteId, long localId, long frameBytesMax) {
        this.remoteId = remoteId;
        this.localId = localId;
        this.frameBytesMax = frameBytesMax;
        this.frames = new FrameReader(frameBytesMax);
    }

    @Override
    public void decode(ByteBuf in, Consumer<Message> messages) throws StreamFormatException {
        boolean isMore = true;
        while (isMore) {
            isMore =
                    switch (expecting) {
                        case KIND -> takeKind(in);
                        case ENTRY, MESSAGE -> takeRun(in, messages);
                        default -> takeNumber(in, messages);
                    };
        }
    }

    private boolean takeNumber(ByteBuf in, Consumer<Message> messages)
            throws StreamFormatException {
        if (!frames.readNumber(in)) {
            return false;
        }
        long number = frames.number();
        switch (expecting) {
            case COUNT -> beginEntries(number);
            case ENTRY_LENGTH -> beginEntry(number);
            case MESSAGE_LENGTH -> {
                frames.beginRun(number);
                expecting = Expecting.MESSAGE;
            }
            case COMMIT -> endFollowing(number, messages);
            case KIND, ENTRY, MESSAGE -> throw new AssertionError(expecting);
        }
        return true;
    }

    private boolean takeKind(ByteBuf in) throws StreamFormatException {
        if (!in.isReadable()) {
            return false;
        }
        int kind = in.readUnsignedByte();
        if (kind == AppendEncoder.FOLLOWING) {
            expecting = Expecting.COUNT;
        } else if (kind == AppendEncoder.WHOLE) {
            expecting = Expecting.MESSAGE_LENGTH;
        } else if (kind != AppendEncoder.LINK_HEARTBEAT) {
            throw new StreamFormatException(
                    "failed to parse type %d in msgappv2 stream".formatted(kind));
        }
        return true;
    }

    private void beginEntries(long count) throws StreamFormatException {
        // The shortest entry takes its length and no bytes.
        if (count < 0 || count > frameBytesMax / Long.BYTES) {
            throw new StreamFormatException(
                    "an append of %s entries".formatted(Long.toUnsignedString(count)));
        }
        entriesLeft = count;
        entryBytes = 0;
        entries = new ArrayList<>();
        expecting = count == 0 ? Expecting.COMMIT : Expecting.ENTRY_LENGTH;
    }

    private void beginEntry(long length) throws StreamFormatException {
        frames.beginRun(length);
        entryBytes += length + Long.BYTES;
        if (entryBytes > frameBytesMax) {
            throw new StreamFormatException(
                    "rafthttp: error limit exceeded: an append of more than %d bytes"
                            .formatted(frameBytesMax));
        }
        expecting = Expecting.ENTRY;
    }

    private void endFollowing(long commit, Consumer<Message> messages) {
        List<Entry> taken = entries;
        entries = new ArrayList<>();
        messages.accept(
                Message.of(MessageType.APP)
                        .from(remoteId)
                        .to(localId)
                        .term(term)
                        .logTerm(term)
                        .index(index)
                        .entries(taken)
                        .commit(commit)
                        .build());
        index += taken.size();
        expecting = Expecting.KIND;
    }

    private boolean takeRun(ByteBuf in, Consumer<Message> messages) throws StreamFormatException {
        byte[] encoded = frames.readRun(in);
        if (encoded == null) {
            return false;
        }
        if (expecting == Expecting.ENTRY) {
            try {
                entries.add(Entry.decode(encoded, 0, encoded.length));
            } catch (RaftDecodeException e) {
                throw new StreamFormatException(String.valueOf(e.getMessage()), e);
            }
            entriesLeft--;
            expecting = entriesLeft == 0 ? Expecting.COMMIT : Expecting.ENTRY_LENGTH;
            return true;
        }
        Message message = MessageDecoder.message(encoded);
        term = message.term();
        index = message.index() + message.entries().size();
        expecting = Expecting.KIND;
        messages.accept(message);
        return true;
    }
}
