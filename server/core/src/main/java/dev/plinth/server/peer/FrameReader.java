package dev.plinth.server.peer;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects integers and byte runs that may be spread over several buffers. Memory for a run grows
 * with the bytes that have arrived, never with the length that a peer merely claims.
 */
final class FrameReader {
    private static final int FIRST_BYTES = 64 << 10;

    private final long runBytesMax;
    private final byte[] number = new byte[Long.BYTES];
    private int numberFilled;
    private byte[] run = new byte[0];
    private int runFilled;
    private int runLength = -1;

    /**
     * @param runBytesMax longest run that is accepted
     */
    FrameReader(long runBytesMax) {
        this.runBytesMax = runBytesMax;
    }

    /** Takes what there is of an 8-byte integer; true when {@link #number} has it. */
    boolean readNumber(ByteBuf in) {
        int taken = Math.min(Long.BYTES - numberFilled, in.readableBytes());
        in.readBytes(number, numberFilled, taken);
        numberFilled += taken;
        return numberFilled == Long.BYTES;
    }

    /** The integer, big endian; the next one is read from now on. */
    long number() {
        numberFilled = 0;
        long value = 0;
        for (byte b : number) {
            value = (value << 8) | (b & 0xff);
        }
        return value;
    }

    /** Begins a run of the given length. */
    void beginRun(long length) throws StreamFormatException {
        if (length < 0 || length > runBytesMax) {
            throw new StreamFormatException(
                    "rafthttp: error limit exceeded: a frame of %s bytes, at most %d are accepted"
                            .formatted(Long.toUnsignedString(length), runBytesMax));
        }
        runLength = (int) length;
        runFilled = 0;
        run = new byte[Math.min(runLength, FIRST_BYTES)];
    }

    /** Takes what there is of the run; the whole run once it is there, which the caller owns. */
    byte @Nullable [] readRun(ByteBuf in) {
        int taken = Math.min(runLength - runFilled, in.readableBytes());
        if (runFilled + taken > run.length) {
            run = Arrays.copyOf(run, capacityFor(runFilled + taken));
        }
        in.readBytes(run, runFilled, taken);
        runFilled += taken;
        if (runFilled < runLength) {
            return null;
        }
        byte[] whole = run.length == runLength ? run : Arrays.copyOf(run, runLength);
        run = new byte[0];
        runLength = -1;
        return whole;
    }

    private int capacityFor(int needed) {
        return (int) Math.min(runLength, Math.max(needed, 2L * run.length));
    }

    /** Whether nothing has been taken of the next integer or run. */
    boolean isAtBoundary() {
        return numberFilled == 0 && runLength < 0;
    }
}
