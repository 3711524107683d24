package dev.plinth.mvcc.backend;

import dev.plinth.pagestore.Compaction;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.Options;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Puts a copy of a database file without free space in its place, while nobody uses it. The copy is
 * durable before it takes the name: a crash leaves the old file or the new one, and perhaps an
 * unfinished {@code db.tmp} beside it. Needs room for the copy on the file system.
 */
public final class OfflineDefragmentation {
    private static final String COPY_SUFFIX = ".tmp";
    private static final long COPY_BYTES_PER_TRANSACTION = 16L << 20;

    private OfflineDefragmentation() {}

    /** Told how far a copy is, each mebibyte and at the end. */
    @FunctionalInterface
    public interface Progress {
        /** Bytes of keys and values; the total is an estimate that is never exceeded. */
        void copied(long bytes, long totalBytes);
    }

    /**
     * Rewrites the file.
     *
     * @param options how to open it, the wait for its lock included
     * @param progress told of the copy
     * @throws IOException the copy could not be put in place, or its name not be made durable
     * @throws DatabaseException the file could not be read, or the copy not be written; nothing has
     *     changed
     */
    public static void rewrite(Disk disk, Path file, Options options, Progress progress)
            throws IOException {
        Path copy = file.resolveSibling(file.getFileName() + COPY_SUFFIX);
        try (Database source = Database.open(disk, file, options)) {
            if (disk.exists(copy)) {
                // What a crash has left must not become a part of the copy.
                disk.unlink(copy);
            }
            long total = source.stats().inUseBytes();
            Options copyOptions = options.withPageSize(source.pageSize());
            try (Database target = Database.open(disk, copy, copyOptions)) {
                Compaction.copy(
                        source,
                        target,
                        COPY_BYTES_PER_TRANSACTION,
                        bytes -> progress.copied(Math.min(bytes, total), total));
                target.checkpoint();
                disk.rename(copy, file);
            } catch (IOException | RuntimeException e) {
                disk.unlink(copy);
                throw e;
            }
        }
        Path directory = file.toAbsolutePath().getParent();
        disk.syncDirectory(directory == null ? file.toAbsolutePath() : directory);
    }
}
