package dev.plinth.walio;

import dev.plinth.walio.frame.FrameBuffer;
import java.util.Optional;

/**
 * How a log writes. The defaults are those of a server.
 *
 * @param segmentBytes size that a segment is made with; the first commit that finds it full goes on
 *     in a new one. A multiple of 4096
 * @param bufferBytes bytes that may wait for a commit; more makes {@code append} write by itself. A
 *     multiple of 4096
 * @param writePath how batches are made durable; empty: the fastest on the log's directory,
 *     measured when it is opened
 * @param backgroundFiller whether a thread of the log makes the next segment ahead of time; without
 *     it the cut makes it, as single-threaded simulations want
 * @param zeroAhead whether new segments are written with zeros, so that commits change no metadata;
 *     useless on copy-on-write file systems
 * @param sync false gives up durability (the flag {@code --unsafe-no-fsync})
 * @param observer hears of commits, syncs and cuts
 */
public record WalOptions(
        long segmentBytes,
        int bufferBytes,
        Optional<WritePath> writePath,
        boolean backgroundFiller,
        boolean zeroAhead,
        boolean sync,
        WalObserver observer) {
    /** The reference's segment size: 64 000 000 bytes, 15 625 blocks. */
    public static final long SEGMENT_BYTES = 64_000_000;

    /** Room for a batch. */
    public static final int BUFFER_BYTES = 1 << 20;

    /** Checks ranges. */
    public WalOptions {
        if (segmentBytes < 4 * FrameBuffer.BLOCK || segmentBytes % FrameBuffer.BLOCK != 0) {
            throw new IllegalArgumentException("segment size " + segmentBytes);
        }
        if (bufferBytes < 2 * FrameBuffer.BLOCK || bufferBytes % FrameBuffer.BLOCK != 0) {
            throw new IllegalArgumentException("buffer size " + bufferBytes);
        }
    }

    /** The options of a server. */
    public static WalOptions defaults() {
        return new WalOptions(
                SEGMENT_BYTES, BUFFER_BYTES, Optional.empty(), true, true, true, WalObserver.NONE);
    }

    /** The same with segments of another size. */
    public WalOptions withSegmentBytes(long bytes) {
        return new WalOptions(
                bytes, bufferBytes, writePath, backgroundFiller, zeroAhead, sync, observer);
    }

    /** The same with another buffer. */
    public WalOptions withBufferBytes(int bytes) {
        return new WalOptions(
                segmentBytes, bytes, writePath, backgroundFiller, zeroAhead, sync, observer);
    }

    /** The same with a fixed way of writing. */
    public WalOptions withWritePath(WritePath path) {
        return new WalOptions(
                segmentBytes,
                bufferBytes,
                Optional.of(path),
                backgroundFiller,
                zeroAhead,
                sync,
                observer);
    }

    /** The same with or without a filler thread. */
    public WalOptions withBackgroundFiller(boolean background) {
        return new WalOptions(
                segmentBytes, bufferBytes, writePath, background, zeroAhead, sync, observer);
    }

    /** The same with or without zeros ahead. */
    public WalOptions withZeroAhead(boolean zero) {
        return new WalOptions(
                segmentBytes, bufferBytes, writePath, backgroundFiller, zero, sync, observer);
    }

    /** The same, safe or not. */
    public WalOptions withSync(boolean on) {
        return new WalOptions(
                segmentBytes, bufferBytes, writePath, backgroundFiller, zeroAhead, on, observer);
    }

    /** The same with a listener. */
    public WalOptions withObserver(WalObserver listener) {
        return new WalOptions(
                segmentBytes, bufferBytes, writePath, backgroundFiller, zeroAhead, sync, listener);
    }
}
