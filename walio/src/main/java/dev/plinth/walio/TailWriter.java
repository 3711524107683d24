package dev.plinth.walio;

import dev.plinth.walio.frame.Crc32cChain;
import dev.plinth.walio.frame.FrameBuffer;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The end of the log: the records that wait for the next commit, in a buffer that mirrors the
 * blocks of the file behind the last full one. See {@link WriteAheadLog} for why rewriting the tail
 * block is safe. The log writer alone.
 */
final class TailWriter {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio");
    private static final long SLOW_SYNC_NANOS = 1_000_000_000L;

    private final Clock clock;
    private final CommitTimer timer;
    private final WalObserver observer;
    private final Crc32cChain chain = new Crc32cChain();
    private final FrameBuffer buffer;

    private SegmentFile file;

    /** Where the buffer's first byte lies in the file: a block border. */
    private long bufferPosition;

    /** Bytes at the buffer's start that are durable. */
    private int durableInBuffer;

    private int recordsInBatch;

    TailWriter(
            Clock clock,
            CommitTimer timer,
            WalObserver observer,
            int bufferBytes,
            SegmentFile file) {
        this.clock = clock;
        this.timer = timer;
        this.observer = observer;
        this.buffer = new FrameBuffer(chain, bufferBytes);
        this.file = file;
    }

    /** Takes the tail block over from the file, so that the next batch follows the last record. */
    void goOn(DiskFile reader, long end, int crc) throws IOException {
        bufferPosition = end - end % FrameBuffer.BLOCK;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block =
                    arena.allocate(FrameBuffer.BLOCK).asSlice(0, end - bufferPosition);
            reader.pread(block, bufferPosition);
            buffer.load(block);
        }
        durableInBuffer = buffer.tail();
        chain.seed(crc);
    }

    /** Goes on at the start of another segment; the crc chain runs on. */
    void goTo(SegmentFile next) {
        assert !hasUncommitted();
        file = next;
        bufferPosition = 0;
        durableInBuffer = 0;
        buffer.clear();
    }

    void putCrcRecord() {
        buffer.putCrcRecord();
    }

    void put(int type, byte[] data, int offset, int length) {
        buffer.put(type, data, offset, length);
        recordsInBatch++;
    }

    void put(int type, MemorySegment data, long offset, int length) {
        buffer.put(type, data, offset, length);
        recordsInBatch++;
    }

    boolean hasRoomFor(int dataBytes) {
        return buffer.hasRoomFor(dataBytes);
    }

    boolean hasUncommitted() {
        return buffer.tail() > durableInBuffer;
    }

    /** Offset in the file at which the next record will stand. */
    long position() {
        return bufferPosition + buffer.tail();
    }

    SegmentFile file() {
        return file;
    }

    /** Makes everything in the buffer durable. After an exception nobody knows what is. */
    void commit() throws IOException {
        long started = clock.monotonicNanos();
        timer.start(started);
        try {
            int length = buffer.padToBlock();
            file.writeDurably(buffer.memory(), length, bufferPosition);
        } finally {
            timer.stop();
        }
        long took = clock.monotonicNanos() - started;
        observer.committed(took, recordsInBatch, buffer.tail() - durableInBuffer);
        bufferPosition += buffer.keepTailBlock();
        durableInBuffer = buffer.tail();
        recordsInBatch = 0;
        if (took > SLOW_SYNC_NANOS) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "slow fdatasync: took={0}ms, expected-duration=1s",
                    took / 1_000_000);
        }
    }
}
