package dev.plinth.server.membership;

import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/**
 * Refuses changes of the members after which the cluster might have no quorum. A member counts as
 * started once it has published its name, and as connected after five seconds without a break.
 *
 * <p>Pure functions of the cluster and its connections at one moment. Sources: server.md 6,
 * peer-protocol.md 15.
 *
 * @param cluster the members
 * @param localId this member, which is connected to itself
 * @param connectedSinceNanos monotonic time since which a member is connected, if it is
 * @param nowNanos monotonic time
 */
record ReconfigurationChecks(
        ClusterView cluster,
        long localId,
        LongFunction<OptionalLong> connectedSinceNanos,
        long nowNanos) {
    private static final long STEADY_NANOS = 5_000_000_000L;

    void checkAdd(boolean isLearner) throws RefusedException {
        List<ClusterMember> voters = voters();
        if (!isLearner) {
            long started = started(voters);
            // The one member of a cluster cannot ask anybody else.
            boolean isFirstGrowth = started == 1 && voters.size() == 1;
            require(
                    isFirstGrowth || started >= quorum(voters.size() + 1),
                    EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
        }
        require(
                voters.size() == 1 || connected(voters) >= quorum(voters.size() + 1),
                EtcdError.UNHEALTHY_CLUSTER);
    }

    void checkRemove(long id) throws RefusedException {
        ClusterMember target = cluster.members().get(id);
        if (target != null && target.isLearner()) {
            return;
        }
        List<ClusterMember> voters = voters();
        List<ClusterMember> left = voters.stream().filter(voter -> voter.id() != id).toList();
        require(started(left) >= quorum(left.size()), EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
        if (id != localId && connectedSinceNanos.apply(id).isEmpty()) {
            // One that is down takes nothing away from the quorum that works.
            return;
        }
        require(connected(voters) - 1 >= 1 + (voters.size() - 1) / 2, EtcdError.UNHEALTHY_CLUSTER);
    }

    void checkPromote() throws RefusedException {
        List<ClusterMember> voters = voters();
        require(
                started(voters) + 1 >= quorum(voters.size() + 1),
                EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
    }

    private List<ClusterMember> voters() {
        return cluster.members().values().stream().filter(member -> !member.isLearner()).toList();
    }

    private static long started(List<ClusterMember> members) {
        return members.stream().filter(member -> !member.name().isEmpty()).count();
    }

    private long connected(List<ClusterMember> members) {
        return members.stream().filter(member -> isConnected(member.id())).count();
    }

    private boolean isConnected(long id) {
        if (id == localId) {
            return true;
        }
        OptionalLong since = connectedSinceNanos.apply(id);
        return since.isPresent() && nowNanos - since.getAsLong() >= STEADY_NANOS;
    }

    private static int quorum(int voters) {
        return voters / 2 + 1;
    }

    private static void require(boolean holds, EtcdError otherwise) throws RefusedException {
        if (!holds) {
            throw RefusedException.of(otherwise);
        }
    }
}
