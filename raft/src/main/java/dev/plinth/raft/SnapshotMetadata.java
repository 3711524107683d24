package dev.plinth.raft;

/**
 * Where in the log a snapshot stands.
 *
 * @param confState configuration at that point
 * @param index last entry that the snapshot covers
 * @param term term of that entry
 */
public record SnapshotMetadata(ConfState confState, long index, long term) {
    public static final SnapshotMetadata EMPTY = new SnapshotMetadata(ConfState.EMPTY, 0, 0);

    int encodedSize(WireForm form) {
        return Wire.lengthDelimitedSize(confState.encodedSize(form))
                + Wire.fieldSize(index)
                + Wire.fieldSize(term);
    }

    int writeTo(byte[] dst, int pos, WireForm form) {
        pos = Wire.putLength(dst, pos, 1, confState.encodedSize(form));
        pos = confState.writeTo(dst, pos, form);
        pos = Wire.putField(dst, pos, 2, index);
        return Wire.putField(dst, pos, 3, term);
    }

    static SnapshotMetadata decode(WireReader in) throws RaftDecodeException {
        ConfState confState = ConfState.EMPTY;
        long index = 0;
        long term = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> confState = ConfState.decode(in.message("raftpb.ConfState"));
                case 2 -> index = in.number();
                case 3 -> term = in.number();
                default -> in.skip();
            }
        }
        return new SnapshotMetadata(confState, index, term);
    }
}
