package dev.plinth.walio.frame;

/**
 * The shape of a frame, the unit that a segment is made of.
 *
 * <pre>
 *  offset  size  field
 *  0       8     length word, little endian
 *  8       n     walpb.Record: type (1), crc (2), data (3)
 *  8+n     p     zeros up to a multiple of 8
 *
 *  length word, bit 63 .. 0
 *  +---+---------+-------+-----------------------+
 *  | F | 0 0 0 0 | pad   | record length n (56)  |    F is set exactly when pad is not 0
 *  +---+---------+-------+-----------------------+
 *  63   62..59    58..56  55                    0
 * </pre>
 *
 * <p>A frame starts at a multiple of 8 of its file, so a length word never crosses a sector. A word
 * of 0 stands where nothing was written yet.
 */
public final class Frame {
    /** Bytes of the length word. */
    public static final int WORD_BYTES = 8;

    /** Unit of a power loss: a disk writes a sector whole or not at all. */
    public static final int SECTOR_BYTES = 512;

    /** Kinds of records. */
    public static final int TYPE_METADATA = 1;

    /** A raftpb.Entry. */
    public static final int TYPE_ENTRY = 2;

    /** A raftpb.HardState. */
    public static final int TYPE_STATE = 3;

    /** The running crc at the head of a segment; without data. */
    public static final int TYPE_CRC = 4;

    /** A walpb.Snapshot. */
    public static final int TYPE_SNAPSHOT = 5;

    private Frame() {}

    /** The length word of a record. */
    public static long word(long recordBytes) {
        long pad = padding(recordBytes);
        return pad == 0 ? recordBytes : recordBytes | (0x80L | pad) << 56;
    }

    /** Zeros behind a record of this length. */
    public static int padding(long recordBytes) {
        return (int) (-recordBytes & 7);
    }

    /** The record's length in a length word. */
    public static long recordBytes(long word) {
        return word & 0x00ff_ffff_ffff_ffffL;
    }

    /** The padding in a length word; not taken on trust to fit the length. */
    public static int padBytes(long word) {
        return word < 0 ? (int) (word >>> 56) & 7 : 0;
    }
}
