package dev.plinth.walio;

import dev.plinth.walio.frame.MalformedMessageException;
import dev.plinth.walio.frame.ProtoFields;
import dev.plinth.walio.frame.Varint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the log has to know of the messages in its records; the rest is opaque to it. A missing
 * number is 0, whether the writer left zeros out (3.7) or not (3.5).
 */
final class RecordCodec {
    private RecordCodec() {}

    /** raftpb.Entry: Type 1, Term 2, Index 3, Data 4. */
    static LogEntry entry(MemorySegment data) throws MalformedMessageException {
        long type = 0;
        long term = 0;
        long index = 0;
        ProtoFields fields = new ProtoFields(data);
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> type = fields.varint();
                case 2 -> term = fields.varint();
                case 3 -> index = fields.varint();
                default -> {}
            }
        }
        return new LogEntry(index, term, (int) type, data.toArray(ValueLayout.JAVA_BYTE));
    }

    /** raftpb.HardState: term 1, vote 2, commit 3. */
    static LogState state(MemorySegment data) throws MalformedMessageException {
        long term = 0;
        long vote = 0;
        long commit = 0;
        ProtoFields fields = new ProtoFields(data);
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> term = fields.varint();
                case 2 -> vote = fields.varint();
                case 3 -> commit = fields.varint();
                default -> {}
            }
        }
        return new LogState(term, vote, commit, data.toArray(ValueLayout.JAVA_BYTE));
    }

    /** walpb.Snapshot: index 1, term 2, conf_state 3. */
    static SnapshotMark snapshot(MemorySegment data) throws MalformedMessageException {
        long index = 0;
        long term = 0;
        byte[] confState = null;
        ProtoFields fields = new ProtoFields(data);
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> index = fields.varint();
                case 2 -> term = fields.varint();
                case 3 -> confState = fields.bytes();
                default -> {}
            }
        }
        return new SnapshotMark(index, term, confState);
    }

    /** Index and term are written also when they are 0, as both generations of etcd do. */
    static byte[] encode(SnapshotMark mark) {
        byte[] confState = mark.confState();
        int size = 2 + Varint.size(mark.index()) + Varint.size(mark.term());
        if (confState != null) {
            size += 1 + Varint.size(confState.length) + confState.length;
        }
        byte[] bytes = new byte[size];
        MemorySegment target = MemorySegment.ofArray(bytes);
        target.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x08);
        long at = Varint.put(target, 1, mark.index());
        target.set(ValueLayout.JAVA_BYTE, at, (byte) 0x10);
        at = Varint.put(target, at + 1, mark.term());
        if (confState != null) {
            target.set(ValueLayout.JAVA_BYTE, at, (byte) 0x1a);
            at = Varint.put(target, at + 1, confState.length);
            MemorySegment.copy(confState, 0, target, ValueLayout.JAVA_BYTE, at, confState.length);
        }
        return bytes;
    }
}
