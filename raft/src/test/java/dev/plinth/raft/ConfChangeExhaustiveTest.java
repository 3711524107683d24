package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Walks through all configurations of three members that can be reached, taking every change in
 * each, and holds the changer against a naive model of sets.
 */
class ConfChangeExhaustiveTest {
    private static final int IDS = 3;

    /** The naive model: four sets and a flag. */
    private record Model(
            Set<Long> incoming,
            Set<Long> outgoing,
            Set<Long> learners,
            Set<Long> learnersNext,
            boolean autoLeave) {
        Model {
            incoming = Set.copyOf(incoming);
            outgoing = Set.copyOf(outgoing);
            learners = Set.copyOf(learners);
            learnersNext = Set.copyOf(learnersNext);
        }

        boolean isJoint() {
            return !outgoing.isEmpty();
        }

        /** The next configuration; null when the change is refused. */
        @org.jspecify.annotations.Nullable
        Model after(ConfChangeV2 change) {
            if (change.changes().isEmpty() && change.transition() == ConfChangeTransition.AUTO) {
                return isJoint() ? left() : null;
            }
            boolean throughJoint =
                    change.transition() != ConfChangeTransition.AUTO || change.changes().size() > 1;
            if (isJoint() || (throughJoint && incoming.isEmpty())) {
                return null;
            }
            Set<Long> in = new TreeSet<>(incoming);
            Set<Long> out = throughJoint ? incoming : Set.of();
            Set<Long> learn = new TreeSet<>(learners);
            Set<Long> learnNext = new TreeSet<>(learnersNext);
            for (ConfChangeV2.Single single : change.changes()) {
                apply(single, in, out, learn, learnNext);
            }
            if (in.isEmpty()) {
                return null;
            }
            boolean auto =
                    throughJoint && change.transition() != ConfChangeTransition.JOINT_EXPLICIT;
            return new Model(in, out, learn, learnNext, auto);
        }

        private static void apply(
                ConfChangeV2.Single single,
                Set<Long> in,
                Set<Long> out,
                Set<Long> learn,
                Set<Long> learnNext) {
            long id = single.nodeId();
            if (id == 0 || single.type() == ConfChangeType.UPDATE_NODE) {
                return;
            }
            boolean wasLearner = learn.contains(id);
            in.remove(id);
            learn.remove(id);
            learnNext.remove(id);
            if (single.type() == ConfChangeType.ADD_NODE) {
                in.add(id);
            } else if (single.type() == ConfChangeType.ADD_LEARNER_NODE) {
                (out.contains(id) && !wasLearner ? learnNext : learn).add(id);
            }
        }

        private Model left() {
            Set<Long> learn = new TreeSet<>(learners);
            learn.addAll(learnersNext);
            return new Model(incoming, Set.of(), learn, Set.of(), false);
        }

        static Model of(TrackedConfig c) {
            return new Model(
                    Set.copyOf(c.voters().incoming().toList()),
                    Set.copyOf(c.voters().outgoing().toList()),
                    Set.copyOf(c.learners().toList()),
                    Set.copyOf(c.learnersNext().toList()),
                    c.autoLeave());
        }
    }

    private static List<ConfChangeV2> allChanges() {
        List<ConfChangeV2.Single> singles = new ArrayList<>();
        for (long id = 0; id <= IDS; id++) {
            for (ConfChangeType type : ConfChangeType.values()) {
                singles.add(new ConfChangeV2.Single(type, id));
            }
        }
        List<ConfChangeV2> all = new ArrayList<>();
        for (ConfChangeTransition transition : ConfChangeTransition.values()) {
            all.add(new ConfChangeV2(transition, List.of(), null));
            for (ConfChangeV2.Single a : singles) {
                all.add(new ConfChangeV2(transition, List.of(a), null));
                for (ConfChangeV2.Single b : singles) {
                    all.add(new ConfChangeV2(transition, List.of(a, b), null));
                }
            }
        }
        return all;
    }

    @Test
    void everyChangeOfEveryConfigurationIsAsTheModelSays() throws ConfChanger.Refused {
        Map<Model, ConfChanger.Result> reached = new LinkedHashMap<>();
        Deque<Model> open = new ArrayDeque<>();
        ConfChanger.Result first = new ConfChanger.Result(TrackedConfig.EMPTY, new ProgressMap());
        reached.put(Model.of(first.config()), first);
        open.add(Model.of(first.config()));
        List<ConfChangeV2> changes = allChanges();
        int refused = 0;
        while (!open.isEmpty()) {
            Model model = open.remove();
            ConfChanger.Result state = reached.getOrDefault(model, first);
            checkRestores(state);
            for (ConfChangeV2 change : changes) {
                Model expected = model.after(change);
                ConfChanger.Result next = applied(state, change);
                if (next == null) {
                    assertThat(expected).as("%s refuses %s", model, change).isNull();
                    refused++;
                    continue;
                }
                Model got = Model.of(next.config());
                assertThat(got).as("%s after %s", model, change).isEqualTo(expected);
                checkTracked(next);
                if (reached.putIfAbsent(got, next) == null) {
                    open.add(got);
                }
            }
        }
        assertThat(reached).hasSizeGreaterThan(100);
        assertThat(refused).isPositive();
    }

    private static ConfChanger.@Nullable Result applied(
            ConfChanger.Result state, ConfChangeV2 change) {
        try {
            return new ConfChanger(state.config(), state.progress(), 7, 10, 0).apply(change);
        } catch (ConfChanger.Refused e) {
            assertThat(e.getMessage()).isNotBlank();
            return null;
        }
    }

    /**
     * Exactly the members of the configuration are tracked, and exactly its learners are marked so.
     */
    private static void checkTracked(ConfChanger.Result result) {
        Model model = Model.of(result.config());
        Set<Long> members = new HashSet<>(model.incoming);
        members.addAll(model.outgoing);
        members.addAll(model.learners);
        ProgressMap progress = result.progress();
        assertThat(progress.size()).isEqualTo(members.size());
        for (int i = 0; i < progress.size(); i++) {
            assertThat(members).contains(progress.id(i));
            assertThat(progress.at(i).isLearner())
                    .isEqualTo(model.learners.contains(progress.id(i)));
            assertThat(progress.at(i).match()).isLessThan(progress.at(i).next());
        }
    }

    /** What a snapshot holds of it leads back to it. */
    private static void checkRestores(ConfChanger.Result result) throws ConfChanger.Refused {
        ConfState state = result.config().toConfState();
        if (state.voters().isEmpty()) {
            return;
        }
        ConfChanger.Result restored = ConfChanger.restore(state, 7, 10, 0);
        assertThat(Model.of(restored.config())).isEqualTo(Model.of(result.config()));
        assertThat(restored.config().toConfState().isEquivalentTo(state)).isTrue();
    }

    @Test
    void simpleChangeOfTwoVotersIsRefused() {
        assertThatThrownBy(() ->
                        new ConfChanger(TrackedConfig.EMPTY, new ProgressMap(), 1, 10, 0)
                                .simple(
                                        List.of(
                                                InteractionEnvironment.change("v1"),
                                                InteractionEnvironment.change("v2"))))
                .hasMessage("more than one voter changed without entering joint config");
    }
}
