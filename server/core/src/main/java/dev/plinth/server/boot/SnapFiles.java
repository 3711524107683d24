package dev.plinth.server.boot;

import dev.plinth.raft.Snapshot;
import dev.plinth.raft.WireForm;
import dev.plinth.server.consensus.SnapshotKeeper;
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
final class SnapFiles implements SnapshotKeeper.SnapshotFiles {
    private static final int CRC_TAG = 0x08;
    private static final int DATA_TAG = 0x12;
    private static final int VARINT_MAX = 10;

    private final Disk disk;
    private final Path folder;
    private final WireForm form;

    SnapFiles(Disk disk, Path folder, WireForm form) {
        this.disk = disk;
        this.folder = folder;
        this.form = form;
    }

    @Override
    public void save(Snapshot snapshot) throws IOException {
        byte[] data = snapshot.toBytes(form);
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
            file.fsync();
        }
        disk.rename(
                temporary,
                folder.resolve("%016x-%016x.snap".formatted(snapshot.term(), snapshot.index())));
        disk.syncDirectory(folder);
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
