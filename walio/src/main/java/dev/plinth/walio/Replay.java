package dev.plinth.walio;

import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.frame.MalformedMessageException;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a log says when it is read from a snapshot to its end: the state machine over its records.
 * Entries at or below the snapshot are skipped; an entry whose index was there before drops all
 * from that index on, since a new leader has overwritten them.
 *
 * <p>Filled by one thread, then only read.
 */
public final class Replay {
    private final SnapshotMark snapshot;
    private final List<LogEntry> entries = new ArrayList<>();
    private byte @Nullable [] metadata;
    private @Nullable LogState state;
    private boolean snapshotFound;
    private long lastSavedIndex;
    private @Nullable Path endFile;
    private long endOffset;

    Replay(SnapshotMark snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * Reads a log that may belong to a running member: takes no lock and changes nothing. A torn
     * end counts as the end.
     *
     * @param from where to begin: a mark of the log, or {@link SnapshotMark#START}
     * @throws WalException for all else that is wrong with the log
     */
    public static Replay read(Disk disk, Path directory, SnapshotMark from) throws IOException {
        LogDirectory names = new LogDirectory(disk, directory);
        List<DiskFile> files = names.openForReading(names.segmentsFrom(from.index()));
        Replay replay = new Replay(from);
        try (RecordScanner scanner = new RecordScanner(files)) {
            replay.readAll(scanner);
        } catch (WalException e) {
            if (e.kind() != WalException.Kind.UNEXPECTED_END) {
                throw e;
            }
        } finally {
            for (DiskFile file : files) {
                file.close();
            }
        }
        replay.requireMetadata(directory);
        return replay;
    }

    /** Takes in all records up to the end of the log or to the first bad one, which it throws. */
    void readAll(RecordScanner scanner) throws IOException {
        try {
            while (scanner.next()) {
                take(scanner);
            }
        } finally {
            endFile = scanner.file().path();
            endOffset = scanner.nextOffset();
        }
    }

    private void take(RecordScanner scanner) throws WalException {
        MemorySegment data = scanner.data();
        try {
            switch (scanner.type()) {
                case Frame.TYPE_METADATA -> takeMetadata(scanner, data);
                case Frame.TYPE_ENTRY -> takeEntry(scanner, RecordCodec.entry(data));
                case Frame.TYPE_STATE -> state = RecordCodec.state(data);
                case Frame.TYPE_CRC -> {}
                case Frame.TYPE_SNAPSHOT -> takeSnapshot(scanner, RecordCodec.snapshot(data));
                default ->
                        throw failure(scanner, WalException.Kind.RECORD_TYPE, "" + scanner.type());
            }
        } catch (MalformedMessageException e) {
            throw failure(scanner, WalException.Kind.MALFORMED, e.reason());
        }
    }

    private void takeMetadata(RecordScanner scanner, MemorySegment data) throws WalException {
        byte[] found = data.toArray(ValueLayout.JAVA_BYTE);
        if (metadata != null && !Arrays.equals(metadata, found)) {
            throw failure(scanner, WalException.Kind.METADATA_CONFLICT, "");
        }
        metadata = found;
    }

    private void takeEntry(RecordScanner scanner, LogEntry entry) throws WalException {
        lastSavedIndex = entry.index();
        if (Long.compareUnsigned(entry.index(), snapshot.index()) <= 0) {
            // What was read behind the snapshot is of an older leader and was overwritten with
            // this.
            // The reference keeps it, so that its last term may be below that of the snapshot and a
            // member votes for a candidate that lacks committed entries.
            entries.clear();
            return;
        }
        long place = entry.index() - snapshot.index() - 1;
        if (Long.compareUnsigned(place, entries.size()) > 0) {
            throw failure(
                    scanner,
                    WalException.Kind.INDEX_GAP,
                    String.format(
                            "snapshot[Index: %d, Term: %d], current entry[Index: %d, Term: %d],"
                                    + " len(ents): %d",
                            snapshot.index(),
                            snapshot.term(),
                            entry.index(),
                            entry.term(),
                            entries.size()));
        }
        entries.subList((int) place, entries.size()).clear();
        entries.add(entry);
    }

    private void takeSnapshot(RecordScanner scanner, SnapshotMark mark) throws WalException {
        if (mark.index() == snapshot.index()) {
            if (mark.term() != snapshot.term()) {
                throw failure(
                        scanner,
                        WalException.Kind.SNAPSHOT_MISMATCH,
                        "index "
                                + mark.index()
                                + " has term "
                                + mark.term()
                                + ", not "
                                + snapshot.term());
            }
            snapshotFound = true;
        }
        if (Long.compareUnsigned(mark.index(), lastSavedIndex) > 0) {
            lastSavedIndex = mark.index();
        }
    }

    private static WalException failure(
            RecordScanner scanner, WalException.Kind kind, String detail) {
        return WalException.at(kind, scanner.file().path(), scanner.offset(), detail);
    }

    /** The metadata record's data: etcdserverpb.Metadata. */
    public byte[] metadata() {
        if (metadata == null) {
            throw new IllegalStateException("the log has no metadata record");
        }
        return metadata.clone();
    }

    boolean hasMetadata() {
        return metadata != null;
    }

    byte[] requireMetadata(Path directory) throws WalException {
        if (metadata == null) {
            Path file = endFile == null ? directory : endFile;
            throw WalException.in(
                    WalException.Kind.METADATA_MISSING,
                    file,
                    WalException.Kind.METADATA_MISSING.text() + " in " + file);
        }
        return metadata;
    }

    /** The last hard state; empty if the log has none. */
    public Optional<LogState> state() {
        return Optional.ofNullable(state);
    }

    /** Entries behind the snapshot without gaps, those above the state's commit included. */
    public List<LogEntry> entries() {
        return Collections.unmodifiableList(entries);
    }

    /** The snapshot that was read from. */
    public SnapshotMark snapshot() {
        return snapshot;
    }

    /** Whether the log has a record of that snapshot. */
    public boolean isSnapshotFound() {
        return snapshotFound;
    }

    /** Index of the last entry, or the snapshot's if there is none behind it. */
    public long lastIndex() {
        return snapshot.index() + entries.size();
    }

    /**
     * Index of the last entry or snapshot record in order of writing: it names the next segment.
     */
    long lastSavedIndex() {
        return lastSavedIndex;
    }

    /** The file in which reading ended; null before it was read. */
    public @Nullable Path endFile() {
        return endFile;
    }

    /** Offset in that file behind the last good record. */
    public long endOffset() {
        return endOffset;
    }
}
