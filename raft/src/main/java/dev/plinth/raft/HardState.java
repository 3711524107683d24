package dev.plinth.raft;

/**
 * What a member must find again after a crash: its term, whom it voted for in it, and how far the
 * log was committed.
 *
 * @param term current term
 * @param vote id of the member that got the vote of this term, 0 for none
 * @param commit highest index known to be committed; may lag after a crash
 */
public record HardState(long term, long vote, long commit) {
    public static final HardState EMPTY = new HardState(0, 0, 0);

    public boolean isEmpty() {
        return term == 0 && vote == 0 && commit == 0;
    }

    /** Bytes of the encoding; all releases write all three fields. */
    public int encodedSize() {
        return Wire.fieldSize(term) + Wire.fieldSize(vote) + Wire.fieldSize(commit);
    }

    /**
     * Writes the encoding.
     *
     * @return the position after the encoding
     */
    public int writeTo(byte[] dst, int pos) {
        pos = Wire.putField(dst, pos, 1, term);
        pos = Wire.putField(dst, pos, 2, vote);
        return Wire.putField(dst, pos, 3, commit);
    }

    public byte[] toBytes() {
        byte[] encoding = new byte[encodedSize()];
        writeTo(encoding, 0);
        return encoding;
    }

    /**
     * Decodes what {@code toBytes} writes, in either form.
     *
     * @throws RaftDecodeException when the bytes are not a hard state
     */
    public static HardState decode(byte[] array, int offset, int length)
            throws RaftDecodeException {
        WireReader in = new WireReader(array, offset, length, "raftpb.HardState");
        long term = 0;
        long vote = 0;
        long commit = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> term = in.number();
                case 2 -> vote = in.number();
                case 3 -> commit = in.number();
                default -> in.skip();
            }
        }
        return new HardState(term, vote, commit);
    }

    /**
     * Whether a write that brings {@code this} after {@code previous} has to reach stable storage
     * before anything is answered. A moved commit index alone does not: it can be learnt again.
     */
    boolean mustSyncAfter(HardState previous, int entries) {
        return entries != 0 || vote != previous.vote || term != previous.term;
    }
}
