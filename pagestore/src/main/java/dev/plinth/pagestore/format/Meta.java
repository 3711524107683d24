package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;

/**
 * The root of one committed state, as a meta page holds it.
 *
 * <pre>
 *  page offset
 *   0    16      20      24       28     32          40            48        56   64    72        80
 *  +----+-------+-------+--------+------+-----------+-------------+---------+----+-----+---------+
 *  | hdr| magic |version|pageSize| flags| root pgid | root seq.   | freelist| hwm| txid|checksum |
 *  +----+-------+-------+--------+------+-----------+-------------+---------+----+-----+---------+
 * </pre>
 *
 * The checksum is FNV-1a over page bytes 16 to 71; the page header is not covered. The rest of the
 * page is zero.
 *
 * @param pageSize bytes
 * @param root page of the root bucket's tree
 * @param rootSequence sequence of the root bucket, 0 in practice
 * @param freelist first page of the persisted freelist or {@link #NO_FREELIST}
 * @param highWaterMark number of pages that the file logically has: the first page id never used
 * @param txid transaction that wrote this state
 */
public record Meta(
        int pageSize,
        int flags,
        long root,
        long rootSequence,
        long freelist,
        long highWaterMark,
        long txid) {
    public static final int MAGIC = 0xED0CDAED;
    public static final int VERSION = 2;

    /** Stands in the freelist field when the list is not persisted. */
    public static final long NO_FREELIST = -1L;

    /** Page header plus meta structure. */
    public static final int SIZE = 80;

    private static final int STRUCT = PageHeader.SIZE;
    private static final int CHECKSUMMED = 56;

    /** What validation of a meta page found. The texts are the reference's. */
    public enum Validity {
        OK("ok"),
        INVALID("invalid database"),
        VERSION_MISMATCH("version mismatch"),
        CHECKSUM("checksum error");

        private final String text;

        Validity(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    public boolean isFreelistPersisted() {
        return freelist != NO_FREELIST;
    }

    /** The fields of the page at {@code page}, whether they are valid or not. */
    public static Meta read(MemorySegment segment, long page) {
        return new Meta(
                segment.get(Bytes.INT, page + 24),
                segment.get(Bytes.INT, page + 28),
                segment.get(Bytes.LONG, page + 32),
                segment.get(Bytes.LONG, page + 40),
                segment.get(Bytes.LONG, page + 48),
                segment.get(Bytes.LONG, page + 56),
                segment.get(Bytes.LONG, page + 64));
    }

    /** Tests magic, version and checksum, in this order; neither page header nor fields. */
    public static Validity validate(MemorySegment segment, long page) {
        if (magic(segment, page) != MAGIC) {
            return Validity.INVALID;
        }
        if (version(segment, page) != VERSION) {
            return Validity.VERSION_MISMATCH;
        }
        if (checksum(segment, page) != computedChecksum(segment, page)) {
            return Validity.CHECKSUM;
        }
        return Validity.OK;
    }

    public static int magic(MemorySegment segment, long page) {
        return segment.get(Bytes.INT, page + STRUCT);
    }

    public static int version(MemorySegment segment, long page) {
        return segment.get(Bytes.INT, page + 20);
    }

    public static long checksum(MemorySegment segment, long page) {
        return segment.get(Bytes.LONG, page + 72);
    }

    public static long computedChecksum(MemorySegment segment, long page) {
        return Fnv1a.hash(segment, page + STRUCT, CHECKSUMMED);
    }

    /** The page that a meta of this transaction goes to. */
    public long pageId() {
        return Long.remainderUnsigned(txid, 2);
    }

    /** Writes header and structure; the caller provides a zeroed page. */
    public void write(MemorySegment segment, long page, long pageId) {
        PageHeader.write(segment, page, pageId, PageHeader.META, 0, 0);
        writeStructure(segment, page);
    }

    /** Writes the structure with its checksum and leaves the page header alone. */
    public void writeStructure(MemorySegment segment, long page) {
        segment.set(Bytes.INT, page + 16, MAGIC);
        segment.set(Bytes.INT, page + 20, VERSION);
        segment.set(Bytes.INT, page + 24, pageSize);
        segment.set(Bytes.INT, page + 28, flags);
        segment.set(Bytes.LONG, page + 32, root);
        segment.set(Bytes.LONG, page + 40, rootSequence);
        segment.set(Bytes.LONG, page + 48, freelist);
        segment.set(Bytes.LONG, page + 56, highWaterMark);
        segment.set(Bytes.LONG, page + 64, txid);
        segment.set(Bytes.LONG, page + 72, computedChecksum(segment, page));
    }

    /** Takes the freelist out, and renews the checksum; magic and version stay as they are. */
    public static void writeNoFreelist(MemorySegment segment, long page) {
        segment.set(Bytes.LONG, page + 48, NO_FREELIST);
        segment.set(Bytes.LONG, page + 72, computedChecksum(segment, page));
    }

    public Meta withTxid(long newTxid) {
        return new Meta(pageSize, flags, root, rootSequence, freelist, highWaterMark, newTxid);
    }
}
