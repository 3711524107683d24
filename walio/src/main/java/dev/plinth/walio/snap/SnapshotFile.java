package dev.plinth.walio.snap;

import dev.plinth.walio.frame.Crc32cChain;
import dev.plinth.walio.frame.MalformedMessageException;
import dev.plinth.walio.frame.ProtoFields;
import dev.plinth.walio.frame.Varint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The content of a {@code .snap} file.
 *
 * <pre>
 *   08 crc  12 length  ( 0a length data  12 length ( 0a length conf_state  10 index  18 term ) )
 *   \____ snappb.snapshot ___/ \________________ raftpb.Snapshot ____________________________/
 * </pre>
 *
 * @param index last entry that it covers
 * @param term term of that entry
 * @param confState encoded raftpb.ConfState; empty where there is none
 * @param data what the server has put in: the membership as JSON of the old store
 * @param message the whole raftpb.Snapshot as stored
 */
public record SnapshotFile(long index, long term, byte[] confState, byte[] data, byte[] message) {
    /** Wraps an encoded raftpb.Snapshot for the file. */
    static byte[] encode(byte[] message) {
        long crc = Integer.toUnsignedLong(crcOf(message));
        int size = 1 + Varint.size(crc) + 1 + Varint.size(message.length) + message.length;
        byte[] bytes = new byte[size];
        MemorySegment target = MemorySegment.ofArray(bytes);
        target.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x08);
        long at = Varint.put(target, 1, crc);
        target.set(ValueLayout.JAVA_BYTE, at, (byte) 0x12);
        at = Varint.put(target, at + 1, message.length);
        System.arraycopy(message, 0, bytes, (int) at, message.length);
        return bytes;
    }

    /** Reads a file's bytes; the path is for messages. */
    static SnapshotFile decode(Path path, byte[] bytes) throws SnapshotFileException {
        if (bytes.length == 0) {
            throw new SnapshotFileException(SnapshotFileException.Kind.EMPTY, path, "");
        }
        try {
            return decodeMessage(unwrap(path, bytes));
        } catch (MalformedMessageException e) {
            throw new SnapshotFileException(SnapshotFileException.Kind.MALFORMED, path, e.reason());
        }
    }

    private static byte[] unwrap(Path path, byte[] bytes)
            throws MalformedMessageException, SnapshotFileException {
        int crc = 0;
        byte[] message = {};
        ProtoFields fields = new ProtoFields(MemorySegment.ofArray(bytes));
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> crc = (int) fields.varint();
                case 2 -> message = fields.bytes();
                default -> {}
            }
        }
        if (crc == 0 || message.length == 0) {
            throw new SnapshotFileException(SnapshotFileException.Kind.EMPTY, path, "");
        }
        int computed = crcOf(message);
        if (computed != crc) {
            throw new SnapshotFileException(
                    SnapshotFileException.Kind.CRC_MISMATCH,
                    path,
                    "expected: "
                            + Integer.toUnsignedString(crc)
                            + " computed: "
                            + Integer.toUnsignedString(computed));
        }
        return message;
    }

    private static SnapshotFile decodeMessage(byte[] message) throws MalformedMessageException {
        byte[] data = {};
        byte[] confState = {};
        long index = 0;
        long term = 0;
        MemorySegment segment = MemorySegment.ofArray(message);
        ProtoFields outer = new ProtoFields(segment);
        ProtoFields metadata = new ProtoFields();
        while (outer.next()) {
            if (outer.number() == 1) {
                data = outer.bytes();
            } else if (outer.number() == 2) {
                metadata.reset(segment, outer.bytesOffset(), outer.bytesLength());
                while (metadata.next()) {
                    switch (metadata.number()) {
                        case 1 -> confState = metadata.bytes();
                        case 2 -> index = metadata.varint();
                        case 3 -> term = metadata.varint();
                        default -> {}
                    }
                }
            }
        }
        return new SnapshotFile(index, term, confState, data, message);
    }

    private static int crcOf(byte[] message) {
        return new Crc32cChain().update(ByteBuffer.wrap(message), 0, message.length);
    }
}
