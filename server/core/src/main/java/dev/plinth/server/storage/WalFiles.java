package dev.plinth.server.storage;

import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.raft.WireForm;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.walio.LogEntry;
import dev.plinth.walio.Replay;
import dev.plinth.walio.SnapshotMark;
import dev.plinth.walio.SnapshotMarks;
import dev.plinth.walio.WalObserver;
import dev.plinth.walio.WalOptions;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.WritePath;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Makes or opens the log of a member. */
public final class WalFiles {
    private final Disk disk;
    private final Clock clock;
    private final DataDir dir;
    private final ServerConfig config;
    private final WalOptions defaults;
    private final WalObserver observer;
    private final Log log;

    public WalFiles(
            Disk disk,
            Clock clock,
            DataDir dir,
            ServerConfig config,
            WalOptions defaults,
            WalObserver observer,
            Log log) {
        this.disk = disk;
        this.clock = clock;
        this.dir = dir;
        this.config = config;
        this.defaults = defaults;
        this.observer = observer;
        this.log = log;
    }

    /** The release in whose form entries are written. */
    public static WireForm form(CompatVersion compat) {
        return compat == CompatVersion.V3_7 ? WireForm.V3_7 : WireForm.V3_5;
    }

    /** Makes an empty log. */
    public FoundLog create(WalMetadata metadata) throws StartException {
        try {
            WriteAheadLog wal =
                    WriteAheadLog.create(disk, clock, dir.wal(), metadata.encode(), options());
            tellWritePath(wal);
            return new FoundLog(
                    new WalEntryLog(wal, form(config.compat())),
                    metadata,
                    0,
                    0,
                    HardState.EMPTY,
                    List.of(),
                    dir.wal(),
                    0);
        } catch (IOException e) {
            throw new StartException("failed to create WAL: " + e.getMessage(), e);
        }
    }

    /** Index of the snapshot that a start would begin from; 0 for the beginning. */
    public long beginning() throws StartException {
        try {
            List<SnapshotMark> marks = SnapshotMarks.valid(disk, dir.wal());
            return marks.isEmpty() ? 0 : marks.getLast().index();
        } catch (IOException e) {
            throw DamageException.of("failed to open WAL: " + e.getMessage(), e);
        }
    }

    /**
     * Opens the log from its last valid snapshot record on; a torn tail is cut off.
     *
     * @param requiredIndex the entry that the database holds
     */
    public FoundLog open(long requiredIndex) throws StartException {
        try {
            List<SnapshotMark> marks = SnapshotMarks.valid(disk, dir.wal());
            SnapshotMark from = marks.isEmpty() ? SnapshotMark.START : marks.getLast();
            log.info(
                    marks.isEmpty()
                            ? "No snapshot found. Recovering WAL from scratch!"
                            : "constructed a snapshot from WAL record",
                    "snapshot-index",
                    from.index(),
                    "walSnaps-count",
                    marks.size());
            WriteAheadLog wal =
                    WriteAheadLog.open(
                            disk,
                            clock,
                            dir.wal(),
                            from,
                            config.storage().allowsLostLog() ? 0 : requiredIndex,
                            options());
            tellWritePath(wal);
            return found(wal, from);
        } catch (IOException e) {
            throw DamageException.of("failed to open WAL: " + e.getMessage(), e);
        } catch (RaftDecodeException e) {
            throw DamageException.of(
                    "failed to read WAL in " + dir.wal() + ": " + e.getMessage(), e);
        }
    }

    private FoundLog found(WriteAheadLog wal, SnapshotMark from)
            throws RaftDecodeException, StartException {
        Replay replay = wal.replay();
        List<Entry> entries = new ArrayList<>(replay.entries().size());
        for (LogEntry entry : replay.entries()) {
            entries.add(Entry.decode(entry.bytes(), 0, entry.bytes().length));
        }
        HardState state =
                replay.state()
                        .map(s -> new HardState(s.term(), s.vote(), s.commit()))
                        .orElse(HardState.EMPTY);
        return new FoundLog(
                new WalEntryLog(wal, form(config.compat())),
                WalMetadata.decode(wal.metadata()),
                from.index(),
                from.term(),
                state,
                entries,
                Objects.requireNonNullElse(replay.endFile(), dir.wal()),
                replay.endOffset());
    }

    private WalOptions options() {
        WalOptions options =
                defaults.withSync(!config.storage().isUnsafeNoSync()).withObserver(observer);
        String path = config.flags().text("wal-write-path");
        return path.equals("auto") ? options : options.withWritePath(WritePath.of(path));
    }

    private void tellWritePath(WriteAheadLog wal) {
        log.info(
                "write-ahead log is written by",
                "path",
                dir.wal().toString(),
                "write-path",
                wal.writePath().path().label(),
                "medians",
                wal.writePath().figures().isEmpty() ? "not measured" : wal.writePath().measured());
    }
}
