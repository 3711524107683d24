package dev.plinth.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * The encoding of {@link Message}. In the form of 3.5 every scalar is written and a snapshot is
 * always there, but for the vote, which 3.5 does not know; in that of 3.7 zero scalars are left
 * out, but for the type.
 */
final class MessageCodec {
    /**
     * Responses hold no responses of their own; one level more than needed is read, so that a limit
     * exists.
     */
    private static final int NESTING_MAX = 2;

    /** Most bytes of all scalars together: thirteen fields of a tag and a varint. */
    private static final int SCALARS_SIZE_MAX = 13 * 11;

    private MessageCodec() {}

    static int size(Message m, WireForm form) {
        boolean all = form == WireForm.V3_5;
        int size = Wire.fieldSize(m.type().number());
        size += scalarSize(m.to(), all);
        size += scalarSize(m.from(), all);
        size += scalarSize(m.term(), all);
        size += scalarSize(m.logTerm(), all);
        size += scalarSize(m.index(), all);
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            size += Wire.lengthDelimitedSize(entries.get(i).encodedSize());
        }
        size += scalarSize(m.commit(), all);
        Snapshot snapshot = snapshotToWrite(m, all);
        if (snapshot != null) {
            size += Wire.lengthDelimitedSize(snapshot.encodedSize(form));
        }
        size += all || m.reject() ? 2 : 0;
        size += scalarSize(m.rejectHint(), all);
        if (!m.context().isEmpty()) {
            size += Wire.lengthDelimitedSize(m.context().length());
        }
        size += scalarSize(m.vote(), false);
        for (Message response : m.responses()) {
            size += Wire.lengthDelimitedSize(size(response, form));
        }
        return size;
    }

    private static int scalarSize(long value, boolean all) {
        return all || value != 0 ? Wire.fieldSize(value) : 0;
    }

    private static @org.jspecify.annotations.Nullable Snapshot snapshotToWrite(
            Message m, boolean all) {
        return m.snapshot() == null && all ? Snapshot.EMPTY : m.snapshot();
    }

    static int write(Message m, byte[] dst, int pos, WireForm form) {
        pos = writeBeforeEntries(m, dst, pos, form);
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            pos = Wire.putLength(dst, pos, 7, entry.encodedSize());
            pos = entry.writeTo(dst, pos);
        }
        return writeAfterEntries(m, dst, pos, form);
    }

    static void write(Message m, GatherSink sink, WireForm form) {
        byte[] scratch = new byte[SCALARS_SIZE_MAX];
        sink.copy(scratch, 0, writeBeforeEntries(m, scratch, 0, form));
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            int pos = Wire.putLength(scratch, 0, 7, entry.encodedSize());
            if (entry.isContiguous()) {
                Bytes encoded = entry.encoded();
                sink.copy(scratch, 0, pos);
                sink.share(encoded.array(), encoded.offset(), encoded.length());
            } else {
                sink.copy(scratch, 0, entry.writeHeader(scratch, pos));
                if (entry.dataLength() != 0) {
                    sink.share(entry.dataArray(), entry.dataOffset(), entry.dataLength());
                }
            }
        }
        int rest = size(m, form) - sizeBeforeRest(m, form);
        byte[] tail = rest <= scratch.length ? scratch : new byte[rest];
        sink.copy(tail, 0, writeAfterEntries(m, tail, 0, form));
    }

    private static int sizeBeforeRest(Message m, WireForm form) {
        boolean all = form == WireForm.V3_5;
        int size = Wire.fieldSize(m.type().number());
        size += scalarSize(m.to(), all);
        size += scalarSize(m.from(), all);
        size += scalarSize(m.term(), all);
        size += scalarSize(m.logTerm(), all);
        size += scalarSize(m.index(), all);
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            size += Wire.lengthDelimitedSize(entries.get(i).encodedSize());
        }
        return size;
    }

    private static int writeBeforeEntries(Message m, byte[] dst, int pos, WireForm form) {
        boolean all = form == WireForm.V3_5;
        pos = Wire.putField(dst, pos, 1, m.type().number());
        pos = putScalar(dst, pos, 2, m.to(), all);
        pos = putScalar(dst, pos, 3, m.from(), all);
        pos = putScalar(dst, pos, 4, m.term(), all);
        pos = putScalar(dst, pos, 5, m.logTerm(), all);
        return putScalar(dst, pos, 6, m.index(), all);
    }

    private static int writeAfterEntries(Message m, byte[] dst, int pos, WireForm form) {
        boolean all = form == WireForm.V3_5;
        pos = putScalar(dst, pos, 8, m.commit(), all);
        Snapshot snapshot = snapshotToWrite(m, all);
        if (snapshot != null) {
            pos = Wire.putLength(dst, pos, 9, snapshot.encodedSize(form));
            pos = snapshot.writeTo(dst, pos, form);
        }
        pos = putScalar(dst, pos, 10, m.reject() ? 1 : 0, all);
        pos = putScalar(dst, pos, 11, m.rejectHint(), all);
        if (!m.context().isEmpty()) {
            pos = Wire.putBytes(dst, pos, 12, m.context());
        }
        pos = putScalar(dst, pos, 13, m.vote(), false);
        for (Message response : m.responses()) {
            pos = Wire.putLength(dst, pos, 14, size(response, form));
            pos = write(response, dst, pos, form);
        }
        return pos;
    }

    private static int putScalar(byte[] dst, int pos, int field, long value, boolean all) {
        return all || value != 0 ? Wire.putField(dst, pos, field, value) : pos;
    }

    static Message decode(byte[] array, int offset, int length) throws RaftDecodeException {
        return decode(new WireReader(array, offset, length, "raftpb.Message"), array, 0);
    }

    private static Message decode(WireReader in, byte[] array, int depth)
            throws RaftDecodeException {
        if (depth > NESTING_MAX) {
            throw new RaftDecodeException("raftpb.Message: responses nested deeper than " + depth);
        }
        MessageType type = MessageType.HUP;
        Message.Builder m = Message.of(type);
        List<Entry> entries = new ArrayList<>();
        List<Message> responses = new ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> type = MessageType.ofNumber(in.number());
                case 2 -> m.to(in.number());
                case 3 -> m.from(in.number());
                case 4 -> m.term(in.number());
                case 5 -> m.logTerm(in.number());
                case 6 -> m.index(in.number());
                case 7 -> {
                    in.delimited();
                    entries.add(Entry.decode(array, in.start(), in.length()));
                }
                case 8 -> m.commit(in.number());
                case 9 -> m.snapshot(Snapshot.decode(in.message("raftpb.Snapshot")));
                case 10 -> m.reject(in.bool());
                case 11 -> m.rejectHint(in.number());
                case 12 -> m.context(in.bytes());
                case 13 -> m.vote(in.number());
                case 14 -> responses.add(decode(in.message("raftpb.Message"), array, depth + 1));
                default -> in.skip();
            }
        }
        if (!entries.isEmpty()) {
            m.entries(List.copyOf(entries));
        }
        if (!responses.isEmpty()) {
            m.responses(List.copyOf(responses));
        }
        return m.build(type);
    }
}
