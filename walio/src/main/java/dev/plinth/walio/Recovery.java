package dev.plinth.walio;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a log that is about to be written again: locks its segments, makes sure that what is read
 * is on the disk, replays it, and refuses what the reference would lose data over. Until all checks
 * have passed no file is changed.
 */
final class Recovery {
    private final Disk disk;
    private final LogDirectory directory;
    private final List<SegmentName> names;
    private final List<DiskFile> files = new ArrayList<>();
    private final Replay replay;
    private boolean isTorn;
    private int crc;
    private long end;

    private Recovery(Disk disk, LogDirectory directory, SnapshotMark from) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.names = directory.segmentsFrom(from.index());
        this.replay = new Replay(from);
    }

    /**
     * Opens and replays.
     *
     * @param requiredIndex the log has to reach this entry; 0 for any
     */
    static Recovery run(Disk disk, LogDirectory directory, SnapshotMark from, long requiredIndex)
            throws IOException {
        Recovery recovery = new Recovery(disk, directory, from);
        try {
            recovery.lockSegments();
            recovery.syncWhatIsRead();
            recovery.replayAll();
            recovery.check(requiredIndex);
            return recovery;
        } catch (IOException | RuntimeException e) {
            LogDirectory.closeAll(recovery.files, e);
            throw e;
        }
    }

    private void lockSegments() throws IOException {
        for (SegmentName name : names) {
            Path path = directory.resolve(name);
            DiskFile file = disk.open(path, 0, OpenFlag.READ, OpenFlag.WRITE);
            files.add(file);
            SegmentFile.requireLock(file);
        }
    }

    /**
     * After a mere crash of the process the tail may be in the page cache alone. Whoever votes or
     * acknowledges because of what it read there must not lose it to a power cut afterwards.
     */
    private void syncWhatIsRead() throws IOException {
        for (DiskFile file : files) {
            file.fdatasync();
        }
        disk.syncDirectory(directory.path());
        Path parent = directory.path().toAbsolutePath().getParent();
        if (parent != null) {
            disk.syncDirectory(parent);
        }
    }

    private void replayAll() throws IOException {
        try (RecordScanner scanner = new RecordScanner(files)) {
            try {
                replay.readAll(scanner);
            } catch (WalException e) {
                boolean isInLastFile = scanner.fileIndex() == files.size() - 1;
                if (e.kind() != WalException.Kind.UNEXPECTED_END || !isInLastFile) {
                    throw e;
                }
                isTorn = true;
            }
            crc = scanner.chainValue();
            end = scanner.nextOffset();
        }
    }

    private void check(long requiredIndex) throws IOException {
        replay.requireMetadata(directory.path());
        if (!isTorn) {
            new TailRepair(disk, last(), end).requireNoRecordsBehindEnd();
        }
        long commit = replay.state().map(LogState::commit).orElse(0L);
        if (Long.compareUnsigned(commit, replay.lastIndex()) > 0) {
            throw WalException.at(
                    WalException.Kind.COMMIT_OUT_OF_RANGE,
                    last().path(),
                    end,
                    String.format(
                            "state.commit %d is out of range [%d, %d]",
                            commit, replay.snapshot().index(), replay.lastIndex()));
        }
        if (Long.compareUnsigned(requiredIndex, replay.lastIndex()) > 0) {
            throw WalException.at(
                    WalException.Kind.ENDS_EARLY,
                    last().path(),
                    end,
                    String.format(
                            "the database holds entry %d, the log ends at %d",
                            requiredIndex, replay.lastIndex()));
        }
    }

    /** Prepares the last segment for writing; the first change to a file. */
    void clearTail(long segmentBytes) throws IOException {
        new TailRepair(disk, last(), end).clearSpaceBehindEnd(isTorn, segmentBytes);
    }

    DiskFile last() {
        return files.getLast();
    }

    List<SegmentName> names() {
        return names;
    }

    /** The segments, locked, in order. */
    List<DiskFile> files() {
        return files;
    }

    Replay replay() {
        return replay;
    }

    /**
     * The crc chain's value behind the last record; a crc mismatch of a torn record does not count.
     */
    int crc() {
        return crc;
    }

    /** Offset behind the last record in the last segment. */
    long end() {
        return end;
    }
}
