package dev.plinth.server.membership;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.ConfChangeType;
import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.Status;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.consensus.ApplyLoop;
import dev.plinth.server.consensus.ConsensusMember;
import dev.plinth.server.consensus.PeerTransport;
import dev.plinth.server.core.ClusterCalls;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes the members: first the checks of this member, which know connections and progress, then
 * an entry of the log, whose checks at apply are the same everywhere.
 */
public final class ClusterOperations implements ClusterCalls {
    /** A learner has to be this far with the log to get a vote. */
    private static final double READY_SHARE = 0.9;

    /** Asks whichever other member leads to give a learner its vote. */
    public interface LeaderPromotions {
        /** The members afterwards; fails with the leader's refusal. */
        CompletionStage<List<ClusterMember>> promote(long id, String token);
    }

    /**
     * Settings.
     *
     * @param isStrict whether changes that might cost the quorum are refused
     * @param nanoClock monotonic time
     * @param wallSeconds time of day, for the ids of new members
     */
    public record Settings(boolean isStrict, LongSupplier nanoClock, LongSupplier wallSeconds) {}

    private final ConsensusMember member;
    private final Supplier<ClusterView> cluster;
    private final PeerTransport peers;
    private final LeaderPromotions leader;
    private final Settings settings;

    /**
     * @param member sends changes through the log
     * @param cluster the members as applied here
     * @param peers knows who is connected
     * @param leader asks the leader
     */
    public ClusterOperations(
            ConsensusMember member,
            Supplier<ClusterView> cluster,
            PeerTransport peers,
            LeaderPromotions leader,
            Settings settings) {
        this.member = member;
        this.cluster = cluster;
        this.peers = peers;
        this.leader = leader;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Added> add(List<String> peerUrls, boolean isLearner) {
        List<String> urls = peerUrls.stream().sorted().toList();
        long id = MemberIds.ofAddedMember(urls, settings.wallSeconds().getAsLong());
        ClusterMember added = new ClusterMember(id, "", urls, List.of(), isLearner);
        ConfChangeType type = isLearner ? ConfChangeType.ADD_LEARNER_NODE : ConfChangeType.ADD_NODE;
        return checked(checks -> checks.checkAdd(isLearner))
                .thenCompose(_ -> change(type, id, MemberJson.write(added)))
                .thenApply(members -> new Added(added, members));
    }

    @Override
    public CompletionStage<List<ClusterMember>> remove(long id) {
        return checked(checks -> checks.checkRemove(id))
                .thenCompose(_ -> change(ConfChangeType.REMOVE_NODE, id, null));
    }

    @Override
    public CompletionStage<List<ClusterMember>> update(long id, List<String> peerUrls) {
        ClusterMember changed = new ClusterMember(id, "", peerUrls, List.of(), false);
        return change(ConfChangeType.UPDATE_NODE, id, MemberJson.write(changed));
    }

    @Override
    public CompletionStage<List<ClusterMember>> promote(long id, String token) {
        return promoteAsLeader(id)
                .exceptionallyCompose(failure -> {
                    RefusedException reason = RefusedException.of(failure);
                    return reason.error() == EtcdError.NOT_LEADER
                            ? leader.promote(id, token)
                            : CompletableFuture.failedStage(reason);
                });
    }

    @Override
    public CompletionStage<List<ClusterMember>> promoteAsLeader(long id) {
        CompletableFuture<Status> known = new CompletableFuture<>();
        member.inspect(known::complete);
        return known.thenCompose(status -> settle(() -> checkReady(status, id)))
                .thenCompose(_ -> checked(ReconfigurationChecks::checkPromote))
                .thenCompose(
                        _ -> change(ConfChangeType.ADD_NODE, id, MemberJson.writePromotion(id)));
    }

    private static void checkReady(Status status, long id) throws RefusedException {
        ProgressStatus own = status.progress().get(status.id());
        if (own == null) {
            throw RefusedException.of(EtcdError.NOT_LEADER);
        }
        ProgressStatus learner = status.progress().get(id);
        if (learner == null) {
            throw RefusedException.of(EtcdError.MEMBER_NOT_FOUND);
        }
        if (learner.match() < READY_SHARE * own.match()) {
            throw RefusedException.of(EtcdError.LEARNER_NOT_READY);
        }
    }

    @Override
    public CompletionStage<Void> transferLeadership(long target) {
        ClusterMember known = cluster.get().members().get(target);
        if (known == null || known.isLearner()) {
            return CompletableFuture.failedStage(
                    RefusedException.of(EtcdError.BAD_LEADER_TRANSFEREE));
        }
        return member.transferLeadership(target);
    }

    /** One of the checks that the operator can switch off. */
    private interface Check {
        void run(ReconfigurationChecks checks) throws RefusedException;
    }

    private interface Refusable {
        void run() throws RefusedException;
    }

    private CompletionStage<Void> checked(Check check) {
        if (!settings.isStrict()) {
            return CompletableFuture.completedStage(null);
        }
        ReconfigurationChecks checks =
                new ReconfigurationChecks(
                        cluster.get(),
                        member.memberId(),
                        peers::connectedSinceNanos,
                        settings.nanoClock().getAsLong());
        return settle(() -> check.run(checks));
    }

    private static CompletionStage<Void> settle(Refusable work) {
        try {
            work.run();
            return CompletableFuture.completedStage(null);
        } catch (RefusedException reason) {
            return CompletableFuture.failedStage(reason);
        }
    }

    private CompletionStage<List<ClusterMember>> change(
            ConfChangeType type, long id, @Nullable String context) {
        CompletableFuture<List<ClusterMember>> outcome = new CompletableFuture<>();
        member.changeMembers(
                new ConfChange(0, type, id, context == null ? null : Bytes.utf8(context)),
                new ApplyLoop.MemberChangeWaiter() {
                    @Override
                    public void applied(List<ClusterMember> members) {
                        outcome.complete(members);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        outcome.completeExceptionally(reason);
                    }
                });
        return outcome;
    }
}
