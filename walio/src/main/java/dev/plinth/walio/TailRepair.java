package dev.plinth.walio;

import dev.plinth.walio.frame.Crc32cChain;
import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.frame.MalformedMessageException;
import dev.plinth.walio.frame.ProtoFields;
import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Makes the space behind the last good record of a log fit to be written: what an unfinished batch
 * left there goes to a copy and is overwritten with zeros, and the file gets its full size back.
 *
 * <p>A disk writes a sector whole or not at all. So an unfinished batch can leave zeros where a
 * length word should be only if all of that sector behind the durable end is zero. Other bytes in
 * it, with records behind them, are a log that was damaged in the middle: that is refused, where
 * the reference drops the records without a word.
 *
 * <p>One thread; the file is locked by the caller.
 */
final class TailRepair {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio");
    private static final ValueLayout.OfLong WORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PIECE_BYTES = 1 << 20;

    private final Disk disk;
    private final DiskFile file;
    private final long end;
    private final long size;

    /**
     * A repair of a file.
     *
     * @param end offset behind its last good record
     */
    TailRepair(Disk disk, DiskFile file, long end) throws IOException {
        this.disk = disk;
        this.file = file;
        this.end = end;
        this.size = file.size();
    }

    /** Offset behind the last byte that is not zero, at least {@link #end}. */
    private long endOfGarbage(MemorySegment piece) throws IOException {
        long last = end;
        for (long at = end; at < size; at += PIECE_BYTES) {
            long read = file.pread(piece.asSlice(0, Math.min(PIECE_BYTES, size - at)), at);
            if (!RecordScanner.isZero(piece, 0, read)) {
                long i = read;
                while (piece.get(ValueLayout.JAVA_BYTE, i - 1) == 0) {
                    i--;
                }
                last = at + i;
            }
        }
        return last;
    }

    /** Refuses a log whose records go on behind what looks like its end. Changes nothing. */
    void requireNoRecordsBehindEnd() throws IOException {
        long border = Math.min(size, (end / Frame.SECTOR_BYTES + 1) * Frame.SECTOR_BYTES);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sector = arena.allocate(Frame.SECTOR_BYTES);
            long read = file.pread(sector.asSlice(0, border - end), end);
            if (RecordScanner.isZero(sector, 0, read)) {
                return;
            }
            long garbageEnd = endOfGarbage(arena.allocate(PIECE_BYTES));
            long found = findChainedRecords(arena, garbageEnd);
            if (found >= 0) {
                throw WalException.at(
                        WalException.Kind.DATA_BEHIND_END,
                        file.path(),
                        end,
                        "the length word is zero, but a record follows at " + found);
            }
        }
    }

    /**
     * Where two records stand one behind the other of which the second's crc continues the first's.
     */
    private long findChainedRecords(Arena arena, long garbageEnd) throws IOException {
        MemorySegment rest = arena.allocate(garbageEnd - end + Frame.WORD_BYTES);
        long length = file.pread(rest, end);
        Crc32cChain chain = new Crc32cChain();
        ProtoFields fields = new ProtoFields();
        for (long at = Frame.WORD_BYTES; at + Frame.WORD_BYTES < length; at += Frame.WORD_BYTES) {
            Candidate first = candidate(rest, at, length, fields);
            if (first == null) {
                continue;
            }
            Candidate second = candidate(rest, first.next, length, fields);
            if (second != null) {
                chain.seed(first.crc);
                int crc =
                        chain.update(
                                rest.asByteBuffer(), (int) second.dataOffset, second.dataLength);
                if (crc == second.crc) {
                    return end + at;
                }
            }
        }
        return -1;
    }

    private record Candidate(int crc, long dataOffset, int dataLength, long next) {}

    private static @Nullable Candidate candidate(
            MemorySegment bytes, long at, long length, ProtoFields fields) {
        if (at + Frame.WORD_BYTES > length) {
            return null;
        }
        long word = bytes.get(WORD, at);
        long recordBytes = Frame.recordBytes(word);
        if (word == 0
                || recordBytes > length - at - Frame.WORD_BYTES
                || Frame.padBytes(word) != Frame.padding(recordBytes)) {
            return null;
        }
        long type = 0;
        int crc = 0;
        long dataOffset = -1;
        long dataLength = 0;
        fields.reset(bytes, at + Frame.WORD_BYTES, recordBytes);
        try {
            while (fields.next()) {
                switch (fields.number()) {
                    case 1 -> type = fields.varint();
                    case 2 -> crc = (int) fields.varint();
                    case 3 -> {
                        dataOffset = fields.bytesOffset();
                        dataLength = fields.bytesLength();
                    }
                    default -> {}
                }
            }
        } catch (MalformedMessageException e) {
            return null;
        }
        boolean isRecord =
                type >= Frame.TYPE_METADATA && type <= Frame.TYPE_SNAPSHOT && dataOffset >= 0;
        long next = at + Frame.WORD_BYTES + recordBytes + Frame.padding(recordBytes);
        return isRecord ? new Candidate(crc, dataOffset, (int) dataLength, next) : null;
    }

    /**
     * Copies the file to {@code NAME.broken} if anything stands behind the end, overwrites that
     * with zeros and gives the file its full size. Durable on return.
     *
     * @param isTorn whether reading ended at a record that is not whole
     */
    void clearSpaceBehindEnd(boolean isTorn, long fullSize) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(PIECE_BYTES, 4096);
            long garbageEnd = endOfGarbage(piece);
            if (isTorn) {
                LOG.log(System.Logger.Level.INFO, "repairing: path={0}", file.path());
            }
            if (garbageEnd > end) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "bytes of an unfinished write behind the end of the log are cleared:"
                                + " path={0}, offset={1}, length={2}",
                        file.path(),
                        Long.toString(end),
                        Long.toString(garbageEnd - end));
                copyTo(broken(), piece, size);
                overwriteWithZeros(piece, garbageEnd);
            }
            long wholeSize = Math.max(fullSize, garbageEnd);
            if (size < wholeSize) {
                extend(wholeSize);
            }
            if (isTorn || garbageEnd > end || size < wholeSize) {
                file.fdatasync();
            }
            if (isTorn) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "repaired: path={0}, error=unexpected EOF",
                        file.path());
            }
        }
    }

    private Path broken() {
        return file.path().resolveSibling(file.path().getFileName() + ".broken");
    }

    private void copyTo(Path target, MemorySegment piece, long length) throws IOException {
        try (DiskFile copy =
                disk.open(
                        target,
                        Disk.OWNER_FILE,
                        OpenFlag.WRITE,
                        OpenFlag.CREATE,
                        OpenFlag.TRUNCATE)) {
            for (long at = 0; at < length; at += PIECE_BYTES) {
                long read = file.pread(piece.asSlice(0, Math.min(PIECE_BYTES, length - at)), at);
                if (!RecordScanner.isZero(piece, 0, read)) {
                    copy.pwrite(piece.asSlice(0, read), at);
                }
            }
            copy.ftruncate(length);
            copy.fsync();
        }
    }

    private void overwriteWithZeros(MemorySegment piece, long to) throws IOException {
        piece.fill((byte) 0);
        for (long at = end; at < to; at += PIECE_BYTES) {
            file.pwrite(piece.asSlice(0, Math.min(PIECE_BYTES, to - at)), at);
        }
    }

    private void extend(long wholeSize) throws IOException {
        try {
            file.fallocate(AllocateMode.EXTEND, 0, wholeSize);
        } catch (PosixException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
            file.ftruncate(wholeSize);
        }
    }
}
