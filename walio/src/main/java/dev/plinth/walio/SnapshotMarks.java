package dev.plinth.walio;

import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.frame.MalformedMessageException;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The snapshot marks of a log, read from its first segment to its end without locks. */
public final class SnapshotMarks {
    private SnapshotMarks() {}

    /**
     * The marks that a start may begin from, oldest first: those that the last hard state has
     * committed. An unwritten or torn end is an end; other damage is thrown.
     *
     * @throws WalException also with kind SNAPSHOT_TERM for a mark of a term that the last hard
     *     state has not reached, which the reference takes on trust
     */
    public static List<SnapshotMark> valid(Disk disk, Path directory) throws IOException {
        LogDirectory names = new LogDirectory(disk, directory);
        List<DiskFile> files = names.openForReading(names.segments());
        try (RecordScanner scanner = new RecordScanner(files)) {
            return collect(scanner);
        } finally {
            for (DiskFile file : files) {
                file.close();
            }
        }
    }

    private record Found(SnapshotMark mark, Path file, long offset) {}

    private static List<SnapshotMark> collect(RecordScanner scanner) throws IOException {
        List<Found> found = new ArrayList<>();
        LogState state = null;
        try {
            while (scanner.next()) {
                if (scanner.type() == Frame.TYPE_SNAPSHOT) {
                    SnapshotMark mark = RecordCodec.snapshot(scanner.data());
                    found.add(new Found(mark, scanner.file().path(), scanner.offset()));
                } else if (scanner.type() == Frame.TYPE_STATE) {
                    state = RecordCodec.state(scanner.data());
                }
            }
        } catch (MalformedMessageException e) {
            throw WalException.at(
                    WalException.Kind.MALFORMED,
                    scanner.file().path(),
                    scanner.offset(),
                    e.reason());
        } catch (WalException e) {
            if (e.kind() != WalException.Kind.UNEXPECTED_END) {
                throw e;
            }
        }
        return committed(
                found, state == null ? 0 : state.commit(), state == null ? 0 : state.term());
    }

    private static List<SnapshotMark> committed(List<Found> found, long commit, long term)
            throws WalException {
        List<SnapshotMark> marks = new ArrayList<>();
        for (Found candidate : found) {
            SnapshotMark mark = candidate.mark;
            if (Long.compareUnsigned(mark.index(), commit) > 0) {
                continue;
            }
            if (Long.compareUnsigned(mark.term(), term) > 0) {
                throw WalException.at(
                        WalException.Kind.SNAPSHOT_TERM,
                        candidate.file,
                        candidate.offset,
                        "snapshot term " + mark.term() + ", state term " + term);
            }
            marks.add(mark);
        }
        return marks;
    }
}
