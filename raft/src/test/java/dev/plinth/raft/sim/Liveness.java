package dev.plinth.raft.sim;

import dev.plinth.raft.ConfChangeV2;
import dev.plinth.raft.ConfState;
import dev.plinth.raft.MemoryStorage;
import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.ReplicationState;
import dev.plinth.raft.Status;
import dev.plinth.raft.StorageException;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * After all faults have ended the cluster has to work as a whole within a bounded time: clients
 * write and read, and every member follows one leader. An operator tends the membership meanwhile.
 *
 * <p>Two states are excepted, because the protocol itself, the reference's included, has no way out
 * of them: {@link #mayBeDeaf} and {@link #isStranded}.
 */
final class Liveness {
    private static final int EVENTS_MAX = 400_000;
    private static final int ELECTIONS_MAX = 200;

    private final Simulation simulation;

    Liveness(Simulation simulation) {
        this.simulation = simulation;
    }

    /**
     * Runs on until the cluster works.
     *
     * @throws Violation when it does not and could
     */
    void await() {
        int last = simulation.events() + EVENTS_MAX;
        long election = simulation.options().electionMicros();
        long deadline = simulation.now() + ELECTIONS_MAX * election;
        long nextLook = simulation.now();
        int writesBefore = simulation.writesEnded();
        int readsBefore = simulation.readsEnded();
        while (true) {
            simulation.step();
            if (simulation.now() < nextLook) {
                continue;
            }
            nextLook = simulation.now() + election;
            tendMembership();
            if (simulation.writesEnded() > writesBefore
                    && simulation.readsEnded() > readsBefore
                    && isWhole()) {
                return;
            }
            if (simulation.events() > last || simulation.now() > deadline) {
                if (mayBeDeaf() || isStranded()) {
                    return;
                }
                throw new Violation(
                        "liveness", "no working cluster after healing: " + simulation.members());
            }
        }
    }

    private @Nullable SimMember leader() {
        SimMember leader = null;
        for (SimMember member : simulation.members()) {
            if (member.isLeader() && (leader == null || member.term() > leader.term())) {
                leader = member;
            }
        }
        return leader;
    }

    /**
     * What an operator does: starts the members, stops removed ones, and leaves a joint
     * configuration.
     */
    private void tendMembership() {
        SimMember leader = leader();
        if (leader == null) {
            simulation.members().forEach(simulation::restart);
            return;
        }
        Status status = leader.raw().status();
        boolean settled = status.applied() == status.hardState().commit();
        for (SimMember member : simulation.members()) {
            if (status.progress().containsKey(member.id())) {
                simulation.restart(member);
            } else if (settled && member.isUp()) {
                simulation.note(member.id(), "stopped: it was removed");
                member.stop();
            }
        }
        if (leader.isUp()
                && !status.confState().votersOutgoing().isEmpty()
                && !status.confState().autoLeave()) {
            leader.proposeConfChange(ConfChangeV2.LEAVE_JOINT);
        }
    }

    /**
     * One leader, whose members all follow in step; clients keep the log growing, so the ends may
     * differ by a little.
     */
    private boolean isWhole() {
        SimMember leader = leader();
        if (leader == null) {
            return false;
        }
        Status status = leader.raw().status();
        if (!status.confState().votersOutgoing().isEmpty()) {
            return false;
        }
        for (Map.Entry<Long, ProgressStatus> e : status.progress().entrySet()) {
            SimMember member = simulation.member(e.getKey());
            ProgressStatus progress = e.getValue();
            if (!member.isUp()
                    || member.term() != leader.term()
                    || progress.state() != ReplicationState.REPLICATE
                    || progress.match() + 50 < status.hardState().commit()
                    || member.applied() + 50 < status.hardState().commit()
                    || member.applied() == 0) {
                return false;
            }
        }
        return true;
    }

    // ---------------------------------------------------------------- what the protocol cannot do

    /**
     * Whether a member ignores its leader for good: without pre-vote and check-quorum, appends of a
     * lower term are not answered. A removed member that campaigns by itself can raise the term of
     * a learner, or come back later with a higher one; neither can win an election that would end
     * it. etcd always checks the quorum.
     */
    private boolean mayBeDeaf() {
        SimMember leader = leader();
        if (leader == null
                || simulation.options().preVote()
                || simulation.options().checkQuorum()) {
            return false;
        }
        return leader.raw().status().progress().keySet().stream()
                .anyMatch(id ->
                        simulation.member(id).isUp()
                                && simulation.member(id).term() > leader.term());
    }

    /**
     * Whether the last leader removed or demoted itself and was lost before any voter that is left
     * heard that the change is committed, while its log is longer than theirs.
     *
     * <p>Proof that nothing can move from there. A configuration takes effect when it is applied,
     * and a commit index moves by messages of a leader alone. There is no leader. A member wins an
     * election only if it is a voter of the configuration that <em>it</em> has applied and each
     * majority of that one has logs that are not more up to date than its own ({@link #canWin}
     * computes this from the disks, without asking the core). If that holds for nobody, nobody ever
     * leads; so no log, no commit index and no configuration changes, and it never holds later.
     *
     * <p>It is excepted only where this is the cause: some member has applied a newer configuration
     * in which it may not campaign any more, while a voter of that configuration has not, still
     * asks it for its vote, and is refused for its shorter log. A core that loses entries, votes or
     * elections in any other way is still reported. The reference has the same gap (its vote
     * messages carry no commit index); its server closes it in practice by letting a removed member
     * run on for a second, which a crash takes away.
     */
    private boolean isStranded() {
        List<SimMember> members = simulation.members();
        if (leader() != null || members.stream().anyMatch(this::canWin)) {
            return false;
        }
        return members.stream()
                .anyMatch(
                        gone -> gone.isUp() && !votes(gone.id(), gone.conf()) && heldUpByIt(gone));
    }

    private static boolean votes(long id, ConfState conf) {
        return conf.voters().contains(id) || conf.votersOutgoing().contains(id);
    }

    /** Whether a voter that is left still asks the member for its vote and does not get it. */
    private boolean heldUpByIt(SimMember gone) {
        return gone.conf().voters().stream()
                .map(simulation::member)
                .anyMatch(voter ->
                        voter.applied() < gone.applied()
                                && votes(gone.id(), voter.conf())
                                && isMoreUpToDate(gone.storage(), voter.storage()));
    }

    private boolean canWin(SimMember candidate) {
        if (!candidate.isUp() || !votes(candidate.id(), candidate.conf())) {
            return false;
        }
        LongPredicate grants =
                id -> {
                    SimMember voter = simulation.member(id);
                    return voter.isUp() && !isMoreUpToDate(voter.storage(), candidate.storage());
                };
        return SafetyChecks.isQuorum(candidate.conf(), grants);
    }

    private static boolean isMoreUpToDate(MemoryStorage log, MemoryStorage other) {
        long term = lastTerm(log);
        long otherTerm = lastTerm(other);
        return term > otherTerm || (term == otherTerm && log.lastIndex() > other.lastIndex());
    }

    private static long lastTerm(MemoryStorage log) {
        try {
            return log.term(log.lastIndex());
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
    }
}
