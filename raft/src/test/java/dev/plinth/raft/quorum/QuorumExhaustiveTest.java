package dev.plinth.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All small quorums against the words of their definition. */
class QuorumExhaustiveTest {
    private static final int IDS = 4;
    private static final int INDEXES = 3;

    /** All subsets of the ids 1 to 4, the empty one among them. */
    private static List<IdSet> subsets() {
        List<IdSet> all = new ArrayList<>();
        for (int bits = 0; bits < 1 << IDS; bits++) {
            IdSet set = IdSet.EMPTY;
            for (int id = 1; id <= IDS; id++) {
                if ((bits >> (id - 1) & 1) == 1) {
                    set = set.with(id);
                }
            }
            all.add(set);
        }
        return all;
    }

    @Test
    void committedIndexIsTheHighestThatAMajorityOfEachHalfHas() {
        for (IdSet incoming : subsets()) {
            for (IdSet outgoing : subsets()) {
                JointConfig config = new JointConfig(incoming, outgoing);
                for (int code = 0; code < Math.pow(INDEXES + 1, IDS); code++) {
                    long[] acked = digits(code, INDEXES + 1);
                    assertThat(config.committedIndex(id -> acked[(int) id]))
                            .as("%s %s", config, acked)
                            .isEqualTo(naiveCommitted(config, acked));
                }
            }
        }
    }

    private static long naiveCommitted(JointConfig config, long[] acked) {
        if (config.incoming().isEmpty() && config.outgoing().isEmpty()) {
            return Majority.INFINITY;
        }
        for (long index = INDEXES; index > 0; index--) {
            if (majorityHas(config.incoming(), acked, index)
                    && majorityHas(config.outgoing(), acked, index)) {
                return index;
            }
        }
        return 0;
    }

    private static boolean majorityHas(IdSet members, long[] acked, long index) {
        long have = members.toList().stream().filter(id -> acked[id.intValue()] >= index).count();
        return members.isEmpty() || 2 * have > members.size();
    }

    private static long[] digits(int code, int base) {
        long[] digits = new long[IDS + 1];
        for (int id = 1; id <= IDS; id++) {
            digits[id] = code % base;
            code /= base;
        }
        return digits;
    }

    @Test
    void voteIsWonLostOrOpenByWhatTheMissingAnswersCanStillBring() {
        Vote[] answers = Vote.values();
        for (IdSet incoming : subsets()) {
            for (IdSet outgoing : subsets()) {
                JointConfig config = new JointConfig(incoming, outgoing);
                for (int code = 0; code < Math.pow(answers.length, IDS); code++) {
                    long[] votes = digits(code, answers.length);
                    assertThat(config.voteResult(id -> answers[(int) votes[(int) id]]))
                            .as("%s %s", config, votes)
                            .isEqualTo(naiveVote(config, votes, answers));
                }
            }
        }
    }

    /** Fills in the missing answers all with no, and all with yes: what both lead to is decided. */
    private static VoteResult naiveVote(JointConfig config, long[] votes, Vote[] answers) {
        boolean surelyWon = true;
        boolean mayBeWon = true;
        for (IdSet half : List.of(config.incoming(), config.outgoing())) {
            long yes = count(half, votes, answers, Vote.YES);
            long missing = count(half, votes, answers, Vote.MISSING);
            surelyWon &= half.isEmpty() || 2 * yes > half.size();
            mayBeWon &= half.isEmpty() || 2 * (yes + missing) > half.size();
        }
        if (surelyWon) {
            return VoteResult.WON;
        }
        return mayBeWon ? VoteResult.PENDING : VoteResult.LOST;
    }

    private static long count(IdSet members, long[] votes, Vote[] answers, Vote wanted) {
        return members.toList().stream()
                .filter(id -> answers[(int) votes[id.intValue()]] == wanted)
                .count();
    }

    @Test
    void setKeepsUnsignedOrder() {
        IdSet set = IdSet.of(3, -1, 1, 3, 0x8000_0000_0000_0000L);
        assertThat(set.toString()).isEqualTo("(1 3 8000000000000000 ffffffffffffffff)");
        assertThat(set.without(3)).isEqualTo(IdSet.of(-1, 1, 0x8000_0000_0000_0000L));
        assertThat(set.without(77)).isSameAs(set);
        assertThat(IdSet.of(5).without(5)).isSameAs(IdSet.EMPTY);
        assertThat(set.hashCode()).isEqualTo(set.without(77).hashCode());
        assertThat(set.symmetricDifference(IdSet.of(1, 2))).isEqualTo(4);
        assertThat(new JointConfig(IdSet.of(1), IdSet.EMPTY).isSingleton()).isTrue();
        assertThat(new JointConfig(IdSet.of(1), IdSet.of(2)).isSingleton()).isFalse();
        assertThat(new JointConfig(IdSet.of(1, 2), IdSet.EMPTY).isSingleton()).isFalse();
    }
}
