package dev.plinth.pagestore;

import dev.plinth.pagestore.format.Meta;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * A copy of one state as a file of its own: two meta pages made from the state's meta, then the
 * pages of the file as they are, free ones included. Goes through the open file, so that it never
 * copies another file that has taken the name.
 *
 * <p>Page 0 gets the state's id and page 1 the id before it, whatever their parity: both lead to
 * the same state, so the next commit may overwrite either.
 */
final class HotBackup {
    private static final int CHUNK_BYTES = 1 << 20;

    private final DiskFile file;
    private final Meta meta;

    HotBackup(DiskFile file, Meta meta) {
        this.file = file;
        this.meta = meta;
    }

    /** Receives the copy piece by piece, from the start. */
    @FunctionalInterface
    interface Sink {
        void write(MemorySegment piece) throws IOException;
    }

    long sizeBytes() {
        return meta.highWaterMark() * meta.pageSize();
    }

    void writeTo(Sink sink) throws IOException {
        int pageSize = meta.pageSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(Math.max(CHUNK_BYTES, 2L * pageSize), 4096);
            meta.write(chunk, 0, 0);
            meta.withTxid(meta.txid() - 1).write(chunk, pageSize, 1);
            sink.write(chunk.asSlice(0, 2L * pageSize));
            long end = sizeBytes();
            for (long at = 2L * pageSize; at < end; ) {
                MemorySegment piece = chunk.asSlice(0, Math.min(chunk.byteSize(), end - at));
                long read = file.pread(piece, at);
                if (read < piece.byteSize()) {
                    // The file has been shrunk since: what it lacks are free pages of this state.
                    piece.asSlice(read).fill((byte) 0);
                }
                sink.write(piece);
                at += piece.byteSize();
            }
        }
    }

    void writeTo(Disk disk, Path target) throws IOException {
        try (DiskFile copy =
                disk.open(
                        target,
                        Disk.OWNER_FILE,
                        OpenFlag.READ,
                        OpenFlag.WRITE,
                        OpenFlag.CREATE,
                        OpenFlag.TRUNCATE)) {
            long[] position = {0};
            writeTo(piece -> {
                copy.pwrite(piece, position[0]);
                position[0] += piece.byteSize();
            });
            copy.fsync();
        }
    }

    void writeTo(WritableByteChannel channel) throws IOException {
        writeTo(piece -> {
            ByteBuffer rest = piece.asByteBuffer();
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        });
    }
}
