package dev.plinth.raft;

import org.jspecify.annotations.Nullable;

/**
 * A state machine's state in place of the log up to a point.
 *
 * @param data opaque to consensus; null when absent
 * @param metadata its place in the log
 */
public record Snapshot(@Nullable Bytes data, SnapshotMetadata metadata) {
    public static final Snapshot EMPTY = new Snapshot(null, SnapshotMetadata.EMPTY);

    /** Whether it stands for nothing: older releases put such a one into every message. */
    public boolean isEmpty() {
        return metadata.index() == 0;
    }

    public long index() {
        return metadata.index();
    }

    public long term() {
        return metadata.term();
    }

    public int encodedSize(WireForm form) {
        return (data == null ? 0 : Wire.lengthDelimitedSize(data.length()))
                + Wire.lengthDelimitedSize(metadata.encodedSize(form));
    }

    /**
     * Writes the encoding.
     *
     * @return the position after the encoding
     */
    public int writeTo(byte[] dst, int pos, WireForm form) {
        if (data != null) {
            pos = Wire.putBytes(dst, pos, 1, data);
        }
        pos = Wire.putLength(dst, pos, 2, metadata.encodedSize(form));
        return metadata.writeTo(dst, pos, form);
    }

    public byte[] toBytes(WireForm form) {
        byte[] encoding = new byte[encodedSize(form)];
        writeTo(encoding, 0, form);
        return encoding;
    }

    /**
     * Decodes a snapshot; its data shares the array.
     *
     * @throws RaftDecodeException when the bytes are not a snapshot
     */
    public static Snapshot decode(byte[] array, int offset, int length) throws RaftDecodeException {
        return decode(new WireReader(array, offset, length, "raftpb.Snapshot"));
    }

    static Snapshot decode(WireReader in) throws RaftDecodeException {
        Bytes data = null;
        SnapshotMetadata metadata = SnapshotMetadata.EMPTY;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> data = in.bytes();
                case 2 -> metadata = SnapshotMetadata.decode(in.message("raftpb.SnapshotMetadata"));
                default -> in.skip();
            }
        }
        return new Snapshot(data, metadata);
    }
}
