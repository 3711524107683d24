package dev.plinth.server.storage;

import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.raft.WireForm;
import dev.plinth.server.consensus.EntryLog;
import dev.plinth.walio.SnapshotMark;
import dev.plinth.walio.WriteAheadLog;
import java.io.IOException;
import java.util.List;

/**
 * Adapts raft's entries to the write-ahead log, which knows bytes only. The log writer's thread
 * alone, but for {@link #releaseTo} and {@link #wal}.
 *
 * <p>Cost of an entry: its encoding is laid out once in a scratch array and copied into the log's
 * buffer; nothing is allocated while entries stay below the largest one seen.
 */
public final class WalEntryLog implements EntryLog {
    private static final int SCRATCH_BYTES_KEPT_MAX = 4 << 20;

    private final WriteAheadLog wal;
    private final WireForm form;
    private byte[] scratch = new byte[16 << 10];

    /**
     * @param wal the log
     * @param form release in whose form snapshot records are written
     */
    public WalEntryLog(WriteAheadLog wal, WireForm form) {
        this.wal = wal;
        this.form = form;
    }

    public WriteAheadLog wal() {
        return wal;
    }

    @Override
    public void append(List<Entry> entries) throws IOException {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            int size = entry.encodedSize();
            if (size > scratch.length) {
                scratch = new byte[Math.max(size, 2 * scratch.length)];
            }
            entry.writeTo(scratch, 0);
            wal.appendEntry(entry.index(), scratch, 0, size);
        }
        if (scratch.length > SCRATCH_BYTES_KEPT_MAX) {
            scratch = new byte[16 << 10];
        }
    }

    @Override
    public void saveState(HardState state) throws IOException {
        wal.appendState(state.toBytes());
    }

    @Override
    public void saveSnapshot(SnapshotMetadata snapshot) throws IOException {
        wal.appendSnapshot(
                new SnapshotMark(
                        snapshot.index(), snapshot.term(), snapshot.confState().toBytes(form)));
    }

    @Override
    public void sync() throws IOException {
        wal.commit();
    }

    @Override
    public void releaseTo(long index) throws IOException {
        wal.releaseTo(index);
    }

    @Override
    public void close() throws IOException {
        wal.close();
    }
}
