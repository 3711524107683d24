package dev.plinth.server.boot;

import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.MarkFile;
import dev.plinth.server.storage.WalEntryLog;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Starts the scrub of a member that repairs itself. */
final class ScrubSetup {
    private final ServerConfig config;
    private final Disk disk;
    private final DataDir dir;
    private final Clock clock;
    private final Metrics metrics;
    private final Log log;

    ScrubSetup(ServerConfig config, Disk disk, DataDir dir, Clock clock, Metrics metrics, Log log) {
        this.config = config;
        this.disk = disk;
        this.dir = dir;
        this.clock = clock;
        this.metrics = metrics;
        this.log = log;
    }

    /**
     * Starts it where the flags say so; the member stops it.
     *
     * @param isReached whether another member is connected
     * @param startAgain stops the member and starts it again
     */
    void start(
            Engine engine,
            Loops loops,
            Member member,
            LocalMember local,
            LongPredicate isReached,
            Runnable startAgain)
            throws StartException {
        long intervalNanos = config.flags().nanos("scrub-interval");
        if (!config.flags().bool("auto-repair") || intervalNanos <= 0) {
            return;
        }
        MarkFile mark = MarkFile.ofDamage(disk, dir);
        Scrub scrub =
                new Scrub(
                        new Scrub.Schedule(
                                intervalNanos,
                                firstNanos(mark, intervalNanos),
                                config.flags().number("scrub-rate")),
                        engine.backend(),
                        wal(engine),
                        disk,
                        clock,
                        new ScrubMetrics(metrics),
                        new FoundDamage(local, isReached, mark, startAgain, log),
                        log);
        member.onClose("scrub's files", scrub);
        loops.startOne("scrub", scrub);
    }

    /** Where the others have just refused a repair, they are not asked again at once. */
    private static long firstNanos(MarkFile mark, long intervalNanos) throws StartException {
        try {
            return mark.isSet() ? intervalNanos : Math.min(Scrub.FIRST_PASS_NANOS, intervalNanos);
        } catch (IOException e) {
            throw new StartException("cannot access member directory: " + e.getMessage(), e);
        }
    }

    private static @Nullable WriteAheadLog wal(Engine engine) {
        return engine.found().log() instanceof WalEntryLog log ? log.wal() : null;
    }
}
