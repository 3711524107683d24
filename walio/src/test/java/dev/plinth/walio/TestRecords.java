package dev.plinth.walio;

import dev.plinth.walio.frame.Varint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Encoded raft messages for tests. */
final class TestRecords {
    private TestRecords() {}

    /** A raftpb.Entry as 3.7 writes it: no type for a normal one. */
    static byte[] entry(long term, long index, byte[] payload) {
        byte[] bytes = new byte[3 * (1 + Varint.BYTES_MAX) + payload.length];
        MemorySegment target = MemorySegment.ofArray(bytes);
        long at = field(target, 0, 2, term);
        at = field(target, at, 3, index);
        target.set(ValueLayout.JAVA_BYTE, at, (byte) 0x22);
        at = Varint.put(target, at + 1, payload.length);
        MemorySegment.copy(payload, 0, target, ValueLayout.JAVA_BYTE, at, payload.length);
        return Arrays.copyOf(bytes, (int) at + payload.length);
    }

    /** A raftpb.HardState with all three fields. */
    static byte[] state(long term, long vote, long commit) {
        byte[] bytes = new byte[3 * (1 + Varint.BYTES_MAX)];
        MemorySegment target = MemorySegment.ofArray(bytes);
        long at = field(target, 0, 1, term);
        at = field(target, at, 2, vote);
        at = field(target, at, 3, commit);
        return Arrays.copyOf(bytes, (int) at);
    }

    private static long field(MemorySegment target, long at, int number, long value) {
        target.set(ValueLayout.JAVA_BYTE, at, (byte) (number << 3));
        return Varint.put(target, at + 1, value);
    }
}
