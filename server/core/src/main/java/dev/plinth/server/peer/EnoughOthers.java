package dev.plinth.server.peer;

import dev.plinth.server.core.ClusterMember;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * When a cluster can do without what a damaged member has on its disk: when a majority of all
 * voters is reached without it. They hold all that was committed, and can change the membership.
 */
public final class EnoughOthers {
    private EnoughOthers() {}

    /**
     * Why the damaged member's files may be needed; null if they are not.
     *
     * @param members all members
     * @param damagedId whose files are damaged
     * @param isReached whether another member answers; of the one who asks, true for itself
     */
    public static @Nullable String refusal(
            List<ClusterMember> members, long damagedId, LongPredicate isReached) {
        long voters = members.stream().filter(each -> !each.isLearner()).count();
        long reached =
                members.stream()
                        .filter(each -> !each.isLearner() && each.id() != damagedId)
                        .filter(each -> isReached.test(each.id()))
                        .count();
        return reached > voters / 2
                ? null
                : "%d of %d voters are reached without the damaged member, %d are needed"
                        .formatted(reached, voters, voters / 2 + 1);
    }
}
