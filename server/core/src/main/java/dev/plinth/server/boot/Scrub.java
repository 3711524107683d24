package dev.plinth.server.boot;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.PageScrub;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.consensus.Agent;
import dev.plinth.server.log.Log;
import dev.plinth.server.storage.DamageException;
import dev.plinth.walio.LogScrub;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the member's files through from time to time, slowly: first the database's pages, then the
 * log's complete segments. A turn reads a piece; the next one comes when the rate allows it.
 */
final class Scrub implements Agent, AutoCloseable {
    private static final long SECOND = 1_000_000_000L;
    private static final long TURN_BYTES = 1 << 20;

    /** A start has other things to do first. */
    static final long FIRST_PASS_NANOS = 60 * SECOND;

    private final Schedule schedule;
    private final Supplier<Backend> backend;
    private final Disk disk;
    private final @Nullable LogScrub log;
    private final Clock clock;
    private final ScrubMetrics metrics;
    private final FoundDamage found;
    private final Log messages;

    private @Nullable PageScrub pages;
    private @Nullable Backend scrubbed;
    private boolean isRunning;
    private boolean arePagesDone;
    private long passNanos;
    private long pageBytes;
    private long logBytes;
    private long dueNanos;

    /**
     * When, and how fast.
     *
     * @param intervalNanos from the begin of a pass to that of the next
     * @param firstNanos from now to the first
     * @param bytesPerSecond read at most; 0 for no bound
     */
    record Schedule(long intervalNanos, long firstNanos, long bytesPerSecond) {
        long nanosFor(long bytes) {
            return bytesPerSecond == 0 ? 0 : (long) (bytes * ((double) SECOND / bytesPerSecond));
        }
    }

    /**
     * A scrub whose first pass is yet to come.
     *
     * @param wal the log, where it has segments
     * @param found is told of damage
     */
    Scrub(
            Schedule schedule,
            Supplier<Backend> backend,
            @Nullable WriteAheadLog wal,
            Disk disk,
            Clock clock,
            ScrubMetrics metrics,
            FoundDamage found,
            Log messages) {
        this.schedule = schedule;
        this.backend = backend;
        this.disk = disk;
        this.log = wal == null ? null : new LogScrub(disk, wal);
        this.clock = clock;
        this.metrics = metrics;
        this.found = found;
        this.messages = messages;
        this.dueNanos = clock.monotonicNanos() + schedule.firstNanos();
    }

    @Override
    public String name() {
        return "scrub";
    }

    @Override
    public int doWork() {
        found.turn();
        long now = clock.monotonicNanos();
        if (now - dueNanos < 0) {
            return 0;
        }
        if (!isRunning) {
            begin(now);
        }
        try {
            long read = arePagesDone ? readLog() : readPages();
            metrics.read(read);
            if (isRunning) {
                dueNanos = now + (read > 0 ? schedule.nanosFor(read) : SECOND / 10);
            }
        } catch (DatabaseException.NotOpen _) {
            // A snapshot of the leader takes the file's place; the next turn finds the new one.
            dueNanos = now + SECOND;
        } catch (DatabaseException.Corrupted | IOException e) {
            fail(e);
        }
        return 1;
    }

    @Override
    public long idleNanosMax() {
        return Math.min(SECOND, dueNanos - clock.monotonicNanos());
    }

    private void begin(long now) {
        isRunning = true;
        arePagesDone = false;
        passNanos = now;
        pageBytes = 0;
        logBytes = 0;
        metrics.begin();
    }

    private long readPages() throws IOException {
        Backend current = backend.get();
        PageScrub scrub = pages;
        if (scrub == null || scrubbed != current) {
            scrub = current.pageScrub(disk);
            pages = scrub;
            scrubbed = current;
        }
        PageScrub.Turn turn = scrub.turn(TURN_BYTES);
        pageBytes += turn.readBytes();
        arePagesDone = turn.isComplete();
        return turn.readBytes();
    }

    private long readLog() throws IOException {
        LogScrub.Turn turn = log == null ? new LogScrub.Turn(0, true) : log.turn(TURN_BYTES);
        logBytes += turn.readBytes();
        if (turn.isComplete()) {
            end();
            metrics.complete(clock.wallMillis());
            found.nothing();
            messages.info(
                    "scrub found no damage",
                    "database-bytes",
                    pageBytes,
                    "log-bytes",
                    logBytes,
                    "took",
                    GoDuration.format(clock.monotonicNanos() - passNanos));
        }
        return turn.readBytes();
    }

    private void end() {
        isRunning = false;
        dueNanos = passNanos + schedule.intervalNanos();
        pages = null;
        scrubbed = null;
    }

    private void fail(Exception failure) {
        end();
        dueNanos = clock.monotonicNanos() + schedule.intervalNanos();
        if (isDamage(failure)) {
            metrics.damage();
            found.found(String.valueOf(failure.getMessage()));
        } else {
            messages.warn("scrub ended early", "error", String.valueOf(failure.getMessage()));
        }
    }

    private static boolean isDamage(Exception failure) {
        return DamageException.isDamage(failure)
                || (failure instanceof PosixException e && e.errno() == Errno.EIO);
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
        }
    }
}
