package dev.plinth.raft;

import dev.plinth.raft.quorum.IdSet;
import dev.plinth.raft.quorum.JointConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes the configuration that follows from a change. Works on copies: when a change is refused
 * nothing has happened.
 *
 * <p>Two configurations that follow on each other always have overlapping quorums: either at most
 * one voter differs, or the step goes through a joint configuration in which both majorities
 * decide.
 */
final class ConfChanger {
    /** A change that does not fit the configuration. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /** The outcome. */
    record Result(TrackedConfig config, ProgressMap progress) {}

    private final long lastIndex;
    private final int inflightMessagesMax;
    private final long inflightBytesMax;
    private IdSet incoming;
    private IdSet outgoing;
    private IdSet learners;
    private IdSet learnersNext;
    private boolean autoLeave;
    private final boolean wasAutoLeave;
    private final ProgressMap progress;

    /**
     * Starts from a configuration, which stays as it is.
     *
     * @param lastIndex end of the log: where members that are new are tried first
     */
    ConfChanger(
            TrackedConfig config,
            ProgressMap current,
            long lastIndex,
            int inflightMessagesMax,
            long inflightBytesMax)
            throws Refused {
        this.lastIndex = lastIndex;
        this.inflightMessagesMax = inflightMessagesMax;
        this.inflightBytesMax = inflightBytesMax;
        incoming = config.voters().incoming();
        outgoing = config.voters().outgoing();
        learners = config.learners();
        learnersNext = config.learnersNext();
        wasAutoLeave = config.autoLeave();
        progress = current.copy();
        checkInvariants(wasAutoLeave);
    }

    /** The change that a committed entry asks for. */
    Result apply(ConfChangeV2 change) throws Refused {
        if (change.leavesJoint()) {
            return leaveJoint();
        }
        return change.entersJoint()
                ? enterJoint(change.leavesAutomatically(), change.changes())
                : simple(change.changes());
    }

    /** Changes at most one voter at once. */
    Result simple(List<ConfChangeV2.Single> changes) throws Refused {
        if (isJoint()) {
            throw new Refused("can't apply simple config change in joint config");
        }
        IdSet before = incoming;
        applyToIncoming(changes);
        if (before.symmetricDifference(incoming) > 1) {
            throw new Refused("more than one voter changed without entering joint config");
        }
        return result();
    }

    /** Goes to a joint configuration of the present voters and those after the changes. */
    Result enterJoint(boolean leaveAutomatically, List<ConfChangeV2.Single> changes)
            throws Refused {
        if (isJoint()) {
            throw new Refused("config is already joint");
        }
        if (incoming.isEmpty()) {
            throw new Refused("can't make a zero-voter config joint");
        }
        outgoing = incoming;
        applyToIncoming(changes);
        autoLeave = leaveAutomatically;
        return result();
    }

    /** Goes from a joint configuration to its incoming half. */
    Result leaveJoint() throws Refused {
        if (!isJoint()) {
            throw new Refused("can't leave a non-joint config");
        }
        for (int i = 0; i < learnersNext.size(); i++) {
            long id = learnersNext.get(i);
            learners = learners.with(id);
            tracked(id).setLearner(true);
        }
        learnersNext = IdSet.EMPTY;
        for (int i = 0; i < outgoing.size(); i++) {
            long id = outgoing.get(i);
            if (!incoming.contains(id) && !learners.contains(id)) {
                progress.remove(id);
            }
        }
        outgoing = IdSet.EMPTY;
        autoLeave = false;
        return result();
    }

    /** Rebuilds the configuration that a snapshot holds, in steps that are each allowed. */
    static Result restore(
            ConfState state, long lastIndex, int inflightMessagesMax, long inflightBytesMax)
            throws Refused {
        List<ConfChangeV2.Single> incoming = new ArrayList<>();
        for (long id : state.votersOutgoing()) {
            incoming.add(new ConfChangeV2.Single(ConfChangeType.REMOVE_NODE, id));
        }
        addAll(incoming, ConfChangeType.ADD_NODE, state.voters());
        addAll(incoming, ConfChangeType.ADD_LEARNER_NODE, state.learners());
        addAll(incoming, ConfChangeType.ADD_LEARNER_NODE, state.learnersNext());

        boolean joint = !state.votersOutgoing().isEmpty();
        List<ConfChangeV2.Single> oneByOne = new ArrayList<>(incoming);
        if (joint) {
            oneByOne.clear();
            addAll(oneByOne, ConfChangeType.ADD_NODE, state.votersOutgoing());
        }
        Result result = new Result(TrackedConfig.EMPTY, new ProgressMap());
        for (ConfChangeV2.Single change : oneByOne) {
            result =
                    after(result, lastIndex, inflightMessagesMax, inflightBytesMax)
                            .simple(List.of(change));
        }
        return joint
                ? after(result, lastIndex, inflightMessagesMax, inflightBytesMax)
                        .enterJoint(state.autoLeave(), incoming)
                : result;
    }

    private static ConfChanger after(
            Result result, long lastIndex, int inflightMessagesMax, long inflightBytesMax)
            throws Refused {
        return new ConfChanger(
                result.config, result.progress, lastIndex, inflightMessagesMax, inflightBytesMax);
    }

    private static void addAll(
            List<ConfChangeV2.Single> changes, ConfChangeType type, List<Long> ids) {
        for (long id : ids) {
            changes.add(new ConfChangeV2.Single(type, id));
        }
    }

    private boolean isJoint() {
        return !outgoing.isEmpty();
    }

    private void applyToIncoming(List<ConfChangeV2.Single> changes) throws Refused {
        for (ConfChangeV2.Single change : changes) {
            if (change.nodeId() == 0) {
                continue;
            }
            switch (change.type()) {
                case ADD_NODE -> makeVoter(change.nodeId());
                case ADD_LEARNER_NODE -> makeLearner(change.nodeId());
                case REMOVE_NODE -> remove(change.nodeId());
                case UPDATE_NODE -> {}
            }
        }
        if (incoming.isEmpty()) {
            throw new Refused("removed all voters");
        }
    }

    private void makeVoter(long id) {
        Progress p = progress.get(id);
        if (p == null) {
            track(id, false);
        } else {
            p.setLearner(false);
        }
        learners = learners.without(id);
        learnersNext = learnersNext.without(id);
        incoming = incoming.with(id);
    }

    /** A voter of the outgoing half stays one until the joint configuration is left. */
    private void makeLearner(long id) {
        Progress p = progress.get(id);
        if (p == null) {
            track(id, true);
            learners = learners.with(id);
            return;
        }
        if (p.isLearner()) {
            return;
        }
        incoming = incoming.without(id);
        learners = learners.without(id);
        learnersNext = learnersNext.without(id);
        if (outgoing.contains(id)) {
            learnersNext = learnersNext.with(id);
        } else {
            p.setLearner(true);
            learners = learners.with(id);
        }
    }

    private void remove(long id) {
        if (progress.get(id) == null) {
            return;
        }
        incoming = incoming.without(id);
        learners = learners.without(id);
        learnersNext = learnersNext.without(id);
        if (!outgoing.contains(id)) {
            progress.remove(id);
        }
    }

    /**
     * A new member counts as active, so that a quorum check right after does not depose its leader.
     */
    private void track(long id, boolean learner) {
        Progress p =
                new Progress(
                        0,
                        U64.max(lastIndex, 1),
                        learner,
                        new Inflights(inflightMessagesMax, inflightBytesMax));
        p.setRecentActive(true);
        progress.put(id, p);
    }

    private Result result() throws Refused {
        checkInvariants(autoLeave);
        return new Result(
                new TrackedConfig(
                        new JointConfig(incoming, outgoing), learners, learnersNext, autoLeave),
                progress);
    }

    private Progress tracked(long id) throws Refused {
        Progress p = progress.get(id);
        if (p == null) {
            throw new Refused("no progress for " + U64.text(id));
        }
        return p;
    }

    private void checkInvariants(boolean leavesAutomatically) throws Refused {
        checkTracked(incoming);
        checkTracked(outgoing);
        checkTracked(learners);
        checkTracked(learnersNext);
        for (int i = 0; i < learnersNext.size(); i++) {
            long id = learnersNext.get(i);
            check(outgoing.contains(id), id, " is in LearnersNext, but not Voters[1]");
            check(
                    !tracked(id).isLearner(),
                    id,
                    " is in LearnersNext, but is already marked as learner");
        }
        for (int i = 0; i < learners.size(); i++) {
            long id = learners.get(i);
            check(!outgoing.contains(id), id, " is in Learners and Voters[1]");
            check(!incoming.contains(id), id, " is in Learners and Voters[0]");
            check(tracked(id).isLearner(), id, " is in Learners, but is not marked as learner");
        }
        if (!isJoint()) {
            if (!learnersNext.isEmpty()) {
                throw new Refused("cfg.LearnersNext must be nil when not joint");
            }
            if (leavesAutomatically) {
                throw new Refused("AutoLeave must be false when not joint");
            }
        }
    }

    private void checkTracked(IdSet ids) throws Refused {
        for (int i = 0; i < ids.size(); i++) {
            tracked(ids.get(i));
        }
    }

    private static void check(boolean holds, long id, String text) throws Refused {
        if (!holds) {
            throw new Refused(U64.text(id) + text);
        }
    }
}
