package dev.plinth.server.storage;

import dev.plinth.raft.Snapshot;
import dev.plinth.raft.WireForm;
import dev.plinth.server.consensus.SnapshotKeeper;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Writes {@code .snap} files, which etcd 3.6 and older start from.
 *
 * <pre>
 * TERM-INDEX.snap   (both 16 hex digits)
 * 08 crc            crc32c of the data, varint
 * 12 length data    raftpb.Snapshot: membership as V2-store JSON, metadata
 * </pre>
 *
 * <p>Unlike etcd it writes under a temporary name and renames, so that a file under its final name
 * is whole. Source: walio.md 6.
 */
public final class SnapFiles implements SnapshotKeeper.SnapshotFiles {
    private static final int CRC_TAG = 0x08;
    private static final int DATA_TAG = 0x12;
    private static final int VARINT_MAX = 10;

    private final Disk disk;
    private final Path folder;
    private final WireForm form;
    private final Clock clock;
    private final Histogram marshallingSeconds;
    private final Histogram syncSeconds;
    private final Histogram totalSeconds;

    public SnapFiles(Disk disk, Path folder, WireForm form, Clock clock, Metrics metrics) {
        this.disk = disk;
        this.folder = folder;
        this.form = form;
        this.clock = clock;
        marshallingSeconds =
                metrics.histogram(
                        "etcd_debugging_snap_save_marshalling_duration_seconds",
                        "The marshalling cost distributions of save called by snapshot.",
                        Buckets.SYNC_SECONDS);
        syncSeconds =
                metrics.histogram(
                        "etcd_snap_fsync_duration_seconds",
                        "The latency distributions of fsync called by snap.",
                        Buckets.SYNC_SECONDS);
        totalSeconds =
                metrics.histogram(
                        "etcd_debugging_snap_save_total_duration_seconds",
                        "The total latency distributions of save called by snapshot.",
                        Buckets.SYNC_SECONDS);
    }

    @Override
    public void save(Snapshot snapshot) throws IOException {
        long start = clock.monotonicNanos();
        byte[] data = snapshot.toBytes(form);
        marshallingSeconds.observeNanos(clock.monotonicNanos() - start);
        byte[] head = new byte[2 + 2 * VARINT_MAX];
        CRC32C crc = new CRC32C();
        crc.update(data);
        int at = 0;
        head[at++] = CRC_TAG;
        at = putVarint(head, at, crc.getValue());
        head[at++] = DATA_TAG;
        at = putVarint(head, at, data.length);
        Path temporary = folder.resolve("tmp.snap");
        try (DiskFile file =
                        disk.open(
                                temporary,
                                0644,
                                OpenFlag.WRITE,
                                OpenFlag.CREATE,
                                OpenFlag.TRUNCATE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocate(at + data.length);
            MemorySegment.copy(head, 0, content, ValueLayout.JAVA_BYTE, 0, at);
            MemorySegment.copy(data, 0, content, ValueLayout.JAVA_BYTE, at, data.length);
            file.pwrite(content, 0);
            long syncStart = clock.monotonicNanos();
            file.fsync();
            syncSeconds.observeNanos(clock.monotonicNanos() - syncStart);
        }
        disk.rename(
                temporary,
                folder.resolve("%016x-%016x.snap".formatted(snapshot.term(), snapshot.index())));
        disk.syncDirectory(folder);
        totalSeconds.observeNanos(clock.monotonicNanos() - start);
    }

    private static int putVarint(byte[] out, int at, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        return at;
    }
}
