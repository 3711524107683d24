package dev.plinth.server.maintenance;

import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.log.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * On the leader, asks all members every few seconds which release they run, and once at the start
 * of each term. Source: peer-protocol.md 14.
 */
public final class MemberReleases {
    private static final long INTERVAL_NANOS = 4_000_000_000L;

    /** Asks another member; blocks. */
    public interface Ask {
        /** Its release, such as {@code 3.6.14}; null when it cannot be asked. */
        @Nullable String release(ClusterMember other) throws InterruptedException;
    }

    /**
     * What one round of questions found.
     *
     * @param term the term in which this member led
     * @param endedNanos monotonic time
     * @param releases those that are known, this member's included
     * @param isComplete whether every member could be asked
     */
    record Round(long term, long endedNanos, List<String> releases, boolean isComplete) {
        /** {@code major.minor.0} that every member can do; null while one of them is unknown. */
        @Nullable String lowest() {
            return isComplete
                    ? releases.stream().map(Versions::cluster).min(Versions::compare).orElse(null)
                    : null;
        }

        /** Whether every member is known to be of the version {@code major.minor.0}. */
        boolean areAll(String version) {
            return isComplete && releases.stream().map(Versions::cluster).allMatch(version::equals);
        }
    }

    private final LocalMember member;
    private final Ask ask;
    private final Executor background;
    private final LongSupplier nanoClock;
    private final Log log;
    private final AtomicBoolean isAsking = new AtomicBoolean();
    private volatile @Nullable Round round;

    /**
     * @param ask asks one member
     * @param background runs the questions
     * @param nanoClock monotonic time
     */
    public MemberReleases(
            LocalMember member, Ask ask, Executor background, LongSupplier nanoClock, Log log) {
        this.member = member;
        this.ask = ask;
        this.background = background;
        this.nanoClock = nanoClock;
        this.log = log;
    }

    /** What this leader knows of its members; null before the first round of its term. */
    @Nullable Round round() {
        Round known = round;
        boolean isCurrent =
                known != null
                        && known.term() == member.raftTerm()
                        && member.leaderId() == member.memberId();
        return isCurrent ? known : null;
    }

    /** Begins a round if one is due. */
    public void turn() {
        if (member.leaderId() != member.memberId()) {
            return;
        }
        Round last = round();
        boolean isDue = last == null || nanoClock.getAsLong() - last.endedNanos() >= INTERVAL_NANOS;
        if (!isDue || !isAsking.compareAndSet(false, true)) {
            return;
        }
        if (member.members().size() == 1) {
            askAll();
        } else {
            background.execute(this::askAll);
        }
    }

    private void askAll() {
        try {
            long term = member.raftTerm();
            List<String> releases = new ArrayList<>();
            boolean isComplete = true;
            for (ClusterMember other : member.members()) {
                String release =
                        other.id() == member.memberId()
                                ? member.serverVersion()
                                : ask.release(other);
                if (release == null || !Versions.isRelease(release)) {
                    isComplete = false;
                    log.debug("failed to get version of member", "remote-member-id", other.id());
                } else {
                    releases.add(release);
                }
            }
            round = new Round(term, nanoClock.getAsLong(), List.copyOf(releases), isComplete);
        } catch (InterruptedException e) {
            // The member stops: nobody wants the answer.
            Thread.currentThread().interrupt();
        } finally {
            isAsking.set(false);
        }
    }
}
