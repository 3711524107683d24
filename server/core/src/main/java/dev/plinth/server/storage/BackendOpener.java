package dev.plinth.server.storage;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.LockWait;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.log.Log;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.nio.file.Path;

/** Opens database files with the member's settings. */
public final class BackendOpener {
    /** etcd waits ten seconds before it says so; an operator should know at once. */
    private static final long LOCK_NOTICE_NANOS = 100_000_000L;

    private final ServerConfig config;
    private final EngineOptions options;
    private final Disk disk;
    private final Clock clock;
    private final Log log;

    public BackendOpener(
            ServerConfig config, EngineOptions options, Disk disk, Clock clock, Log log) {
        this.config = config;
        this.options = options;
        this.disk = disk;
        this.clock = clock;
        this.log = log;
    }

    /**
     * Opens the file, or makes it.
     *
     * @throws RuntimeException when it is damaged, or no database of etcd
     */
    public Backend open(Path file) {
        long start = clock.monotonicNanos();
        Database database =
                Database.open(
                        disk,
                        file,
                        options.database()
                                .withLockWait(
                                        LockWait.forever(clock)
                                                .withNotice(
                                                        LOCK_NOTICE_NANOS,
                                                        () -> tellLocked(file))));
        BackendOptions defaults = options.backend();
        Backend backend =
                Backend.open(
                        database,
                        new BackendOptions(
                                config.storage().batchIntervalNanos(),
                                (int) Math.min(config.storage().batchLimit(), Integer.MAX_VALUE),
                                defaults.flushBytes(),
                                defaults.checkpointIntervalNanos(),
                                defaults.checkpointBytes()));
        log.info(
                "opened backend db",
                "path",
                file.toString(),
                "took",
                GoDuration.format(clock.monotonicNanos() - start));
        return backend;
    }

    private void tellLocked(Path database) {
        log.info(
                "db file is flocked by another process, or taking too long",
                "path",
                database.toString());
    }
}
