package dev.plinth.walio;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments whose locks this process holds, oldest first; the last one is written to. Any
 * thread.
 */
final class HeldSegments {
    private record Held(SegmentName name, SegmentFile file) {}

    private final List<Held> segments = new ArrayList<>();

    synchronized void add(SegmentName name, SegmentFile file) {
        segments.add(new Held(name, file));
    }

    /** Takes over what a recovery has opened; the last one will be written to. */
    synchronized void adopt(Disk disk, Recovery recovery, WritePath path, boolean sync)
            throws IOException {
        List<DiskFile> files = recovery.files();
        for (int i = 0; i < files.size(); i++) {
            boolean isTail = i == files.size() - 1;
            WritePath use = isTail ? path : path.buffered();
            add(recovery.names().get(i), SegmentFile.adopt(disk, files.get(i), use, sync));
        }
    }

    synchronized SegmentName lastName() {
        return segments.getLast().name;
    }

    synchronized SegmentFile lastFile() {
        return segments.getLast().file;
    }

    synchronized List<SegmentName> names() {
        return segments.stream().map(Held::name).toList();
    }

    /**
     * Takes out the segments that are not needed from an index on: with the first one that begins
     * at or above it, the one before stays, since it may hold the entries just below its successor.
     */
    synchronized List<SegmentFile> releaseTo(long index) {
        int keepFrom = segments.size() - 1;
        for (int i = 0; i < segments.size(); i++) {
            if (Long.compareUnsigned(segments.get(i).name.firstIndex(), index) >= 0) {
                keepFrom = i - 1;
                break;
            }
        }
        if (keepFrom <= 0) {
            return List.of();
        }
        List<Held> gone = segments.subList(0, keepFrom);
        List<SegmentFile> files = gone.stream().map(Held::file).toList();
        gone.clear();
        return files;
    }

    synchronized void closeAll() throws IOException {
        IOException failed = null;
        for (Held segment : segments) {
            try {
                segment.file.close();
            } catch (IOException e) {
                failed = e;
            }
        }
        segments.clear();
        if (failed != null) {
            throw failed;
        }
    }
}
