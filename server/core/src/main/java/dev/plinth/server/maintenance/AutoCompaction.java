package dev.plinth.server.maintenance;

import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * On the leader, compacts history that is older than the operator wants to keep. What fails is
 * tried again at the next turn; that somebody else has compacted already counts as done.
 *
 * <p>Source: mvcc.md 11. {@link #turn} is called by one thread, once each {@link #intervalNanos}.
 */
public final class AutoCompaction {
    private static final long HOUR_NANOS = 3_600_000_000_000L;
    private static final long REVISION_INTERVAL_NANOS = 300_000_000_000L;
    private static final int SAMPLES_PER_PERIOD = 10;

    /** Which revision is due. */
    private interface Policy {
        /**
         * Called at each turn.
         *
         * @return the revision to compact at; 0 for none
         */
        long due(long revision, long nowNanos);

        void compacted(long revision, long nowNanos);
    }

    private final LocalMember member;
    private final LongSupplier currentRevision;
    private final LongSupplier nanoClock;
    private final Log log;
    private final OwnProposals proposals;
    private final Policy policy;
    private final long intervalNanos;
    private volatile boolean isUnderWay;

    private AutoCompaction(
            LocalMember member,
            LongSupplier currentRevision,
            LongSupplier nanoClock,
            Log log,
            Policy policy,
            long intervalNanos) {
        this.member = member;
        this.currentRevision = currentRevision;
        this.nanoClock = nanoClock;
        this.log = log;
        this.proposals = new OwnProposals(member);
        this.policy = policy;
        this.intervalNanos = intervalNanos;
    }

    /** Keeps the history of a period: one sample of the revision ten times in it, or in an hour. */
    public static AutoCompaction periodic(
            LocalMember member,
            LongSupplier currentRevision,
            LongSupplier nanoClock,
            Log log,
            long periodNanos) {
        return new AutoCompaction(
                member,
                currentRevision,
                nanoClock,
                log,
                new Periodic(periodNanos, nanoClock.getAsLong()),
                Math.max(1, Math.min(periodNanos, HOUR_NANOS) / SAMPLES_PER_PERIOD));
    }

    /** Keeps a number of revisions; looks every five minutes. */
    public static AutoCompaction byRevision(
            LocalMember member,
            LongSupplier currentRevision,
            LongSupplier nanoClock,
            Log log,
            long revisions) {
        return new AutoCompaction(
                member,
                currentRevision,
                nanoClock,
                log,
                new ByRevision(revisions),
                REVISION_INTERVAL_NANOS);
    }

    /** How often {@link #turn} wants to be called. */
    public long intervalNanos() {
        return intervalNanos;
    }

    /** Compacts if that is due. */
    public void turn() {
        long due = policy.due(currentRevision.getAsLong(), nanoClock.getAsLong());
        if (due <= 0 || isUnderWay || member.leaderId() != member.memberId()) {
            return;
        }
        isUnderWay = true;
        log.info("starting auto compaction", "revision", due);
        proposals.propose(
                InternalRaftRequest.COMPACTION_FIELD_NUMBER,
                CompactionRequest.newBuilder().setRevision(due).build(),
                refusal -> ended(due, refusal));
    }

    private void ended(long revision, @Nullable RefusedException refusal) {
        if (refusal == null || refusal.error() == EtcdError.COMPACTED) {
            policy.compacted(revision, nanoClock.getAsLong());
            log.info("completed auto compaction", "revision", revision);
        } else {
            log.warn(
                    "failed auto compaction",
                    "revision",
                    revision,
                    "error",
                    refusal.error().toString());
        }
        isUnderWay = false;
    }

    private static final class Periodic implements Policy {
        private final long periodNanos;
        private final int samplesMax;
        private final ArrayDeque<Long> samples = new ArrayDeque<>();
        private volatile long last;
        private volatile long lastNanos;
        private volatile long pauseNanos;

        Periodic(long periodNanos, long nowNanos) {
            this.periodNanos = periodNanos;
            this.pauseNanos = periodNanos;
            this.lastNanos = nowNanos;
            long interval = Math.max(1, Math.min(periodNanos, HOUR_NANOS) / SAMPLES_PER_PERIOD);
            this.samplesMax = (int) Math.min(Integer.MAX_VALUE - 1, periodNanos / interval) + 1;
        }

        @Override
        public long due(long revision, long nowNanos) {
            Long oldest = samples.peekFirst();
            boolean isDue = oldest != null && nowNanos - lastNanos >= pauseNanos && oldest != last;
            samples.addLast(revision);
            if (samples.size() > samplesMax) {
                samples.removeFirst();
            }
            return isDue ? oldest : 0;
        }

        @Override
        public void compacted(long revision, long nowNanos) {
            last = revision;
            lastNanos = nowNanos;
            pauseNanos = Math.min(periodNanos, HOUR_NANOS);
        }
    }

    private static final class ByRevision implements Policy {
        private final long revisions;
        private volatile long last;

        ByRevision(long revisions) {
            this.revisions = revisions;
        }

        @Override
        public long due(long revision, long nowNanos) {
            long due = revision - revisions;
            return due == last ? 0 : due;
        }

        @Override
        public void compacted(long revision, long nowNanos) {
            last = revision;
        }
    }
}
