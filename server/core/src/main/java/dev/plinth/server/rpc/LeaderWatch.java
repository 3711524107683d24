package dev.plinth.server.rpc;

import dev.plinth.server.core.LocalMember;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends the streams that asked for a leader when there has been none for a while.
 *
 * <p>Looks once per election timeout; from the third look in a row without a leader on, every
 * stream that is there ends.
 */
final class LeaderWatch {
    private static final int LOOKS_WITHOUT_LEADER_MAX = 3;

    private final LocalMember member;
    private final Set<Runnable> streams = ConcurrentHashMap.newKeySet();
    private int looksWithoutLeader;

    LeaderWatch(LocalMember member) {
        this.member = member;
    }

    void start(ScheduledExecutorService timer, long electionTimeoutNanos) {
        var _ =
                timer.scheduleAtFixedRate(
                        this::look,
                        electionTimeoutNanos,
                        electionTimeoutNanos,
                        TimeUnit.NANOSECONDS);
    }

    /** Adds a stream; the returned action takes it out again. */
    Runnable join(Runnable noLeader) {
        streams.add(noLeader);
        return () -> streams.remove(noLeader);
    }

    void look() {
        if (member.leaderId() != 0) {
            looksWithoutLeader = 0;
            return;
        }
        looksWithoutLeader++;
        if (looksWithoutLeader >= LOOKS_WITHOUT_LEADER_MAX) {
            streams.forEach(Runnable::run);
        }
    }
}
