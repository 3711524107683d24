package dev.plinth.walio;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the segments of a log that is in use, a little at a time, and holds their records against
 * the crc chain, to find what has gone bad since it was written, before a start or a slow follower
 * needs it.
 *
 * <p>A segment is looked at together with the head of the one behind it, which says how the chain
 * ends; so the one that is written to is never touched, and the one before it is left for the next
 * pass. Segments that the log has let go of are nobody's concern any more: they may be gone or hold
 * something else by now. What the page cache holds of a segment is dropped before and after, so
 * that it is the device that answers.
 *
 * <p>Cost of a turn: the bytes asked for, and one window. One thread at a time.
 */
public final class LogScrub implements AutoCloseable {
    private final Disk disk;
    private final WriteAheadLog log;

    /** The last segment that was looked at in this pass; null before the first. */
    private @Nullable Path done;

    private @Nullable Reading reading;

    /** A pass that has yet to begin. */
    public LogScrub(Disk disk, WriteAheadLog log) {
        this.disk = disk;
        this.log = log;
    }

    /**
     * What a turn did.
     *
     * @param readBytes how far it came
     * @param isComplete whether the pass has come to its end; the next turn begins another
     */
    public record Turn(long readBytes, boolean isComplete) {}

    /**
     * Goes on for about that many bytes. After a failure the next turn begins a pass.
     *
     * @throws WalException a segment that replay needs is damaged
     * @throws dev.plinth.walio.io.PosixException the device cannot read it, with {@link
     *     dev.plinth.walio.io.Errno#EIO}; or it cannot be opened
     */
    public Turn turn(long bytesMax) throws IOException {
        Reading at = reading;
        if (at == null) {
            at = next();
            reading = at;
        }
        if (at == null) {
            done = null;
            return new Turn(0, true);
        }
        long from = at.scanner.nextOffset();
        try {
            boolean isAtEnd = at.advance(bytesMax);
            long to = isAtEnd ? at.segmentBytes : at.scanner.nextOffset();
            if (isAtEnd) {
                leave(at);
            }
            return new Turn(Math.max(0, to - from), false);
        } catch (IOException e) {
            boolean isHeld = log.segments().contains(at.path);
            leave(at);
            if (isHeld) {
                done = null;
                throw e;
            }
            return new Turn(0, false);
        }
    }

    /** The next segment whose successor is complete too; null at the end of the pass. */
    private @Nullable Reading next() throws IOException {
        List<Path> segments = log.segments();
        Path last = done;
        for (int i = 0; i + 2 < segments.size(); i++) {
            Path path = segments.get(i);
            if (last == null || path.getFileName().compareTo(last.getFileName()) > 0) {
                try {
                    return Reading.open(disk, path, segments.get(i + 1));
                } catch (IOException e) {
                    if (log.segments().contains(path)) {
                        throw e;
                    }
                }
            }
        }
        return null;
    }

    private void leave(Reading at) throws IOException {
        done = at.path;
        reading = null;
        at.close();
    }

    @Override
    public void close() throws IOException {
        Reading at = reading;
        if (at != null) {
            leave(at);
        }
    }

    /** A segment, and the one behind it. */
    private static final class Reading {
        final Path path;
        final RecordScanner scanner;
        final long segmentBytes;
        private final List<DiskFile> files;

        private Reading(List<DiskFile> files) throws IOException {
            this.files = files;
            DiskFile segment = files.getFirst();
            path = segment.path();
            segmentBytes = segment.size();
            segment.dropCache(0, segmentBytes);
            scanner = new RecordScanner(files, Arena::ofShared);
        }

        static Reading open(Disk disk, Path segment, Path successor) throws IOException {
            List<DiskFile> files = LogDirectory.openForReading(disk, List.of(segment, successor));
            try {
                return new Reading(files);
            } catch (IOException | RuntimeException e) {
                LogDirectory.closeAll(files, e);
                throw e;
            }
        }

        /** Whether the successor's head has been reached and fits. */
        boolean advance(long bytesMax) throws IOException {
            long end = scanner.nextOffset() + bytesMax;
            while (scanner.nextOffset() < end) {
                if (!scanner.next()) {
                    throw WalException.at(
                            WalException.Kind.UNEXPECTED_END,
                            files.getLast().path(),
                            0,
                            "the segment has no head");
                }
                if (scanner.fileIndex() > 0) {
                    return true;
                }
            }
            return false;
        }

        void close() throws IOException {
            scanner.close();
            try (DiskFile segment = files.getFirst();
                    DiskFile behind = files.getLast()) {
                segment.dropCache(0, segmentBytes);
                behind.dropCache(0, behind.size());
            }
        }
    }
}
