package dev.plinth.server.storage;

import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.peer.SnapshotSink;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Databases that leaders have sent.
 *
 * <pre>
 * snap/tmpN           while it arrives; removed at the next start
 * snap/INDEX.snap.db  whole and durable; 16 hex digits
 * snap/db             when raft has taken it and the log says so
 * </pre>
 */
public final class ReceivedSnapshots implements SnapshotSink {
    /**
     * Dirty pages are sent on their way in steps, so that the last sync has little to do, and in
     * small ones, so that a sync of the log on the same disk never stands behind much.
     */
    private static final long WRITEBACK_BYTES = 512 << 10;

    private final Disk disk;
    private final Path folder;
    private final Log log;
    private final Clock clock;
    private final Histogram syncSeconds;
    private final Histogram totalSeconds;
    private final AtomicLong received = new AtomicLong();

    public ReceivedSnapshots(Disk disk, Path folder, Log log, Metrics metrics, Clock clock) {
        this.disk = disk;
        this.folder = folder;
        this.log = log;
        this.clock = clock;
        syncSeconds =
                metrics.histogram(
                        "etcd_snap_db_fsync_duration_seconds",
                        "The latency distributions of fsyncing .snap.db file",
                        Buckets.SYNC_SECONDS);
        totalSeconds =
                metrics.histogram(
                        "etcd_snap_db_save_total_duration_seconds",
                        "The total latency distributions of v3 snapshot save",
                        Buckets.doubling(0.1, 10));
    }

    /** Where the database of the snapshot at an index is kept. */
    Path path(long index) {
        return folder.resolve("%016x.snap.db".formatted(index));
    }

    /** Whether the database of the snapshot at an index is there. */
    public boolean has(long index) throws IOException {
        return disk.exists(path(index));
    }

    /** Makes the database of the snapshot at an index the member's database, durably. */
    public void adopt(long index, Path database) throws IOException {
        disk.rename(path(index), database);
        disk.syncDirectory(folder);
    }

    @Override
    public IncomingDatabase begin(SnapshotMetadata snapshot) throws IOException {
        Path temporary = folder.resolve("tmp" + received.incrementAndGet());
        log.info(
                "receiving database snapshot",
                "snapshot-index",
                snapshot.index(),
                "path",
                temporary.toString());
        return new Incoming(
                snapshot.index(),
                temporary,
                disk.open(
                        temporary,
                        Disk.OWNER_FILE,
                        OpenFlag.READ,
                        OpenFlag.WRITE,
                        OpenFlag.CREATE,
                        OpenFlag.TRUNCATE));
    }

    private final class Incoming implements IncomingDatabase {
        private final long index;
        private final Path temporary;
        private final DiskFile file;
        private final ByteBuffer block =
                ByteBuffer.allocateDirect(256 << 10).order(ByteOrder.LITTLE_ENDIAN);
        private final long begunNanos = clock.monotonicNanos();
        private long length;
        private long sentOnItsWay;

        Incoming(long index, Path temporary, DiskFile file) {
            this.index = index;
            this.temporary = temporary;
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                int taken = Math.min(bytes.remaining(), block.remaining());
                block.put(bytes.slice(bytes.position(), taken));
                bytes.position(bytes.position() + taken);
                if (!block.hasRemaining()) {
                    flush();
                }
            }
        }

        private void flush() throws IOException {
            block.flip();
            if (block.hasRemaining()) {
                file.pwrite(MemorySegment.ofBuffer(block), length);
                length += block.limit();
            }
            block.clear();
            if (length - sentOnItsWay >= WRITEBACK_BYTES) {
                file.startWriteback(sentOnItsWay, length - sentOnItsWay);
                sentOnItsWay = length;
            }
        }

        @Override
        public void keep() throws IOException {
            flush();
            long syncNanos = clock.monotonicNanos();
            file.fsync();
            syncSeconds.observeNanos(clock.monotonicNanos() - syncNanos);
            file.close();
            try {
                requireIndex();
            } catch (IOException | RuntimeException e) {
                disk.unlink(temporary);
                throw new IOException(
                        "not a database at index " + index + ": " + e.getMessage(), e);
            }
            disk.rename(temporary, path(index));
            disk.syncDirectory(folder);
            totalSeconds.observeNanos(clock.monotonicNanos() - begunNanos);
            log.info(
                    "received and saved database snapshot",
                    "snapshot-index",
                    index,
                    "bytes",
                    length);
        }

        /** What is installed later without a way back is looked at now. */
        private void requireIndex() throws IOException {
            try (Database database =
                            Database.open(
                                    disk,
                                    temporary,
                                    // Two pages are looked at: no map to grow in, nothing read in.
                                    Options.etcd()
                                            .withReadOnly(true)
                                            .withInitialMapBytes(0)
                                            .withPopulate(false));
                    ReadTransaction read = database.beginRead()) {
                Bucket meta = read.bucket(SchemaBucket.META.nameBytes());
                ByteView value = new ByteView();
                long found =
                        meta != null && meta.get(MetaKeys.consistentIndex(), value)
                                ? ByteBuffer.wrap(value.toByteArray()).getLong()
                                : 0;
                if (found != index) {
                    throw new IOException("its consistent index is " + found);
                }
                if (read.sizeBytes() > length) {
                    throw new IOException(
                            "%d bytes of %d are there".formatted(length, read.sizeBytes()));
                }
            }
        }

        @Override
        public void discard() {
            try {
                file.close();
                disk.unlink(temporary);
            } catch (IOException e) {
                log.warn(
                        "cannot remove unfinished snapshot",
                        "path",
                        temporary.toString(),
                        "error",
                        e.getMessage());
            }
        }
    }
}
