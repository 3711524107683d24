package dev.plinth.walio;

import dev.plinth.walio.frame.Crc32cChain;
import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.frame.MalformedMessageException;
import dev.plinth.walio.frame.ProtoFields;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads the records of consecutive segments one by one, checking frame, protobuf and crc chain. The
 * segments are taken as hostile: a length never makes it read or allocate more than the file has.
 *
 * <p>The rules are the reference's: a zero length word ends a file; a record that does not fit its
 * file is an unexpected end; in the last file a record that fails its check and holds a sector of
 * zeros is a torn write and counts as an unexpected end too.
 *
 * <p>One thread. Records are views that hold until the next {@link #next}; nothing is allocated per
 * record.
 */
public final class RecordScanner implements AutoCloseable {
    private static final ValueLayout.OfLong WORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[64 * 1024]).asReadOnly();

    /** Bytes fetched at once. */
    private static final int WINDOW_BYTES = 1 << 20;

    private final List<DiskFile> files;
    private final long[] sizes;
    private final Crc32cChain chain = new Crc32cChain();
    private final ProtoFields fields = new ProtoFields();
    private final Supplier<Arena> arenas;
    private Arena arena;
    private MemorySegment window;
    private ByteBuffer windowBytes;
    private long windowStart;
    private long windowLength;
    private int current;
    private long nextOffset;

    private long offset;
    private int type;
    private int crc;
    private long dataOffset;
    private long dataLength;
    private int chainValue;

    /**
     * A scanner that starts at the first record of the first file. The files stay the caller's.
     *
     * @param files open segments in order of their names
     */
    public RecordScanner(List<DiskFile> files) throws IOException {
        this(files, Arena::ofConfined);
    }

    /**
     * The same with memory that is not this thread's alone, where another one closes the scanner.
     */
    RecordScanner(List<DiskFile> files, Supplier<Arena> arenas) throws IOException {
        this.files = List.copyOf(files);
        this.arenas = arenas;
        this.sizes = new long[files.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = files.get(i).size();
        }
        this.arena = arenas.get();
        this.window = arena.allocate(WINDOW_BYTES);
        this.windowBytes = window.asByteBuffer();
    }

    /**
     * Moves to the next record.
     *
     * @return false at the end of the log
     * @throws WalException with kind UNEXPECTED_END, MALFORMED or CRC_MISMATCH; the scanner stays
     *     where it is
     */
    public boolean next() throws IOException {
        while (current < files.size()) {
            long available = fetch(nextOffset, Frame.WORD_BYTES);
            if (available > 0 && available < Frame.WORD_BYTES) {
                throw failure(WalException.Kind.UNEXPECTED_END, "");
            }
            long word = available == 0 ? 0 : window.get(WORD, nextOffset - windowStart);
            if (word != 0) {
                read(word);
                return true;
            }
            if (isLastFile()) {
                return false;
            }
            current++;
            nextOffset = 0;
            windowLength = 0;
        }
        return false;
    }

    private void read(long word) throws IOException {
        long recordBytes = Frame.recordBytes(word);
        int padBytes = Frame.padBytes(word);
        long limit = sizes[current] - nextOffset - padBytes;
        if (recordBytes > limit) {
            throw failure(WalException.Kind.UNEXPECTED_END, tooLong(recordBytes, padBytes, limit));
        }
        if (padBytes != Frame.padding(recordBytes)) {
            // The reference reads on beside the multiples of 8, where a length word can be torn.
            throw failure(
                    WalException.Kind.MALFORMED,
                    "length word " + Long.toHexString(word) + ": padding does not fit the length");
        }
        long bodyOffset = nextOffset + Frame.WORD_BYTES;
        long bodyBytes = recordBytes + padBytes;
        if (fetch(bodyOffset, bodyBytes) < bodyBytes) {
            throw failure(WalException.Kind.UNEXPECTED_END, "");
        }
        offset = nextOffset;
        try {
            parse(bodyOffset - windowStart, recordBytes);
        } catch (MalformedMessageException e) {
            throw failure(unlessTorn(WalException.Kind.MALFORMED, bodyBytes), e.reason());
        }
        checkCrc(bodyBytes);
        chainValue = chain.value();
        nextOffset = bodyOffset + bodyBytes;
    }

    private String tooLong(long recordBytes, int padBytes, long limit) {
        return String.format(
                "[wal] max entry size limit exceeded when reading \"%s\", recBytes: %d,"
                        + " fileSize(%d) - offset(%d) - padBytes(%d) = entryLimit(%d)",
                file().path().getFileName(),
                recordBytes,
                sizes[current],
                nextOffset,
                padBytes,
                limit);
    }

    /** walpb.Record: type 1, crc 2, data 3. */
    private void parse(long start, long length) throws MalformedMessageException {
        type = 0;
        crc = 0;
        dataOffset = start;
        dataLength = 0;
        fields.reset(window, start, length);
        while (fields.next()) {
            switch (fields.number()) {
                case 1 -> type = Math.clamp(fields.varint(), -1, Integer.MAX_VALUE);
                case 2 -> crc = (int) fields.varint();
                case 3 -> {
                    dataOffset = fields.bytesOffset();
                    dataLength = fields.bytesLength();
                }
                default -> {}
            }
        }
    }

    private void checkCrc(long bodyBytes) throws WalException {
        int computed = chain.value();
        if (type == Frame.TYPE_CRC) {
            // Nothing read yet: a log that was cut off at its start begins with any value.
            if (computed != 0 && computed != crc) {
                throw failure(WalException.Kind.CRC_MISMATCH, mismatch(computed));
            }
            chain.seed(crc);
            return;
        }
        computed = chain.update(windowBytes, (int) dataOffset, (int) dataLength);
        if (computed != crc) {
            WalException.Kind kind = unlessTorn(WalException.Kind.CRC_MISMATCH, bodyBytes);
            throw failure(kind, kind == WalException.Kind.CRC_MISMATCH ? mismatch(computed) : "");
        }
    }

    private String mismatch(int computed) {
        return "expected: "
                + Integer.toHexString(crc)
                + " computed: "
                + Integer.toHexString(computed);
    }

    private WalException.Kind unlessTorn(WalException.Kind kind, long bodyBytes) {
        return isLastFile() && holdsSectorOfZeros(nextOffset + Frame.WORD_BYTES, bodyBytes)
                ? WalException.Kind.UNEXPECTED_END
                : kind;
    }

    private boolean holdsSectorOfZeros(long start, long length) {
        long at = start;
        long end = start + length;
        while (at < end) {
            long border = Math.min(end, (at / Frame.SECTOR_BYTES + 1) * Frame.SECTOR_BYTES);
            if (isZero(window, at - windowStart, border - at)) {
                return true;
            }
            at = border;
        }
        return false;
    }

    /** Whether a range is all zeros; as fast as memory can be read. */
    static boolean isZero(MemorySegment segment, long offset, long length) {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long piece = Math.min(end - at, ZEROS.byteSize());
            if (MemorySegment.mismatch(segment, at, at + piece, ZEROS, 0, piece) >= 0) {
                return false;
            }
            at += piece;
        }
        return true;
    }

    /** Brings a range of the present file into the window; gives how much of it the file has. */
    private long fetch(long from, long length) throws IOException {
        boolean inWindow = from >= windowStart && from + length <= windowStart + windowLength;
        if (!inWindow) {
            if (length > window.byteSize()) {
                growWindow(length);
            }
            windowStart = from;
            long wanted = Math.min(window.byteSize(), Math.max(0, sizes[current] - from));
            windowLength = wanted == 0 ? 0 : file().pread(window.asSlice(0, wanted), from);
        }
        return Math.min(length, windowStart + windowLength - from);
    }

    private void growWindow(long length) throws IOException {
        if (length > Integer.MAX_VALUE - 8) {
            throw failure(WalException.Kind.MALFORMED, "a record of " + length + " bytes");
        }
        Arena old = arena;
        arena = arenas.get();
        window = arena.allocate(length);
        windowBytes = window.asByteBuffer();
        old.close();
    }

    private WalException failure(WalException.Kind kind, String detail) {
        return WalException.at(kind, file().path(), nextOffset, detail);
    }

    private boolean isLastFile() {
        return current == files.size() - 1;
    }

    /** Type of the present record, see {@link Frame}; -1 for numbers out of range. */
    public int type() {
        return type;
    }

    /** The crc stored in the present record. */
    public int crc() {
        return crc;
    }

    /** Data of the present record; valid until the next call of {@link #next}. */
    public MemorySegment data() {
        return window.asSlice(dataOffset, dataLength).asReadOnly();
    }

    /** Offset of the present record's length word in its file. */
    public long offset() {
        return offset;
    }

    /** The file of the present record, or that in which reading ended. */
    public DiskFile file() {
        return files.get(Math.min(current, files.size() - 1));
    }

    /** Which of the files that is, from 0. */
    int fileIndex() {
        return Math.min(current, files.size() - 1);
    }

    /** Where the next record of this file starts: behind the last good one. */
    public long nextOffset() {
        return nextOffset;
    }

    /** The running crc behind the last good record. */
    public int chainValue() {
        return chainValue;
    }

    /**
     * Steps over a record whose crc did not match, as a dump of a damaged log does. The chain stays
     * wrong until the next crc record.
     */
    public void skipMismatch() {
        if (type == Frame.TYPE_CRC) {
            chain.seed(crc);
        }
        long recordBytes = Frame.recordBytes(window.get(WORD, nextOffset - windowStart));
        nextOffset += Frame.WORD_BYTES + recordBytes + Frame.padding(recordBytes);
    }

    @Override
    public void close() {
        arena.close();
    }
}
