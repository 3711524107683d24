package dev.plinth.server.consensus;

import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.Status;
import java.util.Comparator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * Chooses who takes over from a leader: a voter that has answered lately and stored most of the
 * log, since it can take over at once.
 */
public final class Successors {
    private Successors() {}

    /**
     * The best voter but this member itself.
     *
     * @param status the leader's own view
     * @param matchMin least index that it has to have stored
     * @param isReached whether a member is connected
     */
    public static OptionalLong best(Status status, long matchMin, LongPredicate isReached) {
        return status.progress().entrySet().stream()
                .filter(member -> member.getKey() != status.id())
                .filter(member -> isEligible(member.getValue(), matchMin))
                .filter(member -> isReached.test(member.getKey()))
                .max(Comparator.comparingLong(member -> member.getValue().match()))
                .map(Map.Entry::getKey)
                .stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    private static boolean isEligible(ProgressStatus progress, long matchMin) {
        return !progress.learner() && progress.recentActive() && progress.match() >= matchMin;
    }
}
