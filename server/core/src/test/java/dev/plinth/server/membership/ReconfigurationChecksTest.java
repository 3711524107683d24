package dev.plinth.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table of server.md 6, each line with a case on either side of it. */
class ReconfigurationChecksTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 100 * SECOND;

    private interface Check {
        void run(ReconfigurationChecks checks) throws RefusedException;
    }

    private final NavigableMap<Long, ClusterMember> members = new TreeMap<>();
    private final Map<Long, Long> connected = new HashMap<>();

    private void voter(long id, boolean isStarted) {
        member(id, isStarted, false);
    }

    private void member(long id, boolean isStarted, boolean isLearner) {
        members.put(
                id,
                new ClusterMember(
                        id,
                        isStarted ? "m" + id : "",
                        List.of("http://h" + id + ":1"),
                        List.of(),
                        isLearner));
    }

    private void connected(long id, long seconds) {
        connected.put(id, NOW - seconds * SECOND);
    }

    private @Nullable EtcdError refusal(Check check) {
        ReconfigurationChecks checks =
                new ReconfigurationChecks(
                        new ClusterView(members, Set.of(), "3.7.0", null),
                        1,
                        id -> {
                            Long since = connected.get(id);
                            return since == null ? OptionalLong.empty() : OptionalLong.of(since);
                        },
                        NOW);
        try {
            check.run(checks);
            return null;
        } catch (RefusedException e) {
            return e.error();
        }
    }

    @Test
    void oneMemberMayAlwaysGrow() {
        voter(1, true);
        assertThat(refusal(checks -> checks.checkAdd(false))).isNull();
        assertThat(refusal(checks -> checks.checkAdd(true))).isNull();
    }

    @Test
    void aVoterIsAddedOnlyWhenTheGreaterQuorumHasStarted() {
        voter(1, true);
        voter(2, false);
        connected(2, 60);
        assertThat(refusal(checks -> checks.checkAdd(false)))
                .isEqualTo(EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
        assertThat(refusal(checks -> checks.checkAdd(true))).isNull();
        voter(2, true);
        assertThat(refusal(checks -> checks.checkAdd(false))).isNull();
    }

    @Test
    void addingNeedsConnectionsThatHaveLasted() {
        voter(1, true);
        voter(2, true);
        voter(3, true);
        connected(2, 4);
        assertThat(refusal(checks -> checks.checkAdd(false)))
                .isEqualTo(EtcdError.UNHEALTHY_CLUSTER);
        assertThat(refusal(checks -> checks.checkAdd(true))).isEqualTo(EtcdError.UNHEALTHY_CLUSTER);
        connected(2, 5);
        connected(3, 5);
        assertThat(refusal(checks -> checks.checkAdd(true))).isNull();
    }

    @Test
    void aLearnerMayAlwaysGo() {
        voter(1, true);
        voter(2, false);
        member(3, false, true);
        assertThat(refusal(checks -> checks.checkRemove(3))).isNull();
    }

    @Test
    void theLastVoterStays() {
        voter(1, true);
        assertThat(refusal(checks -> checks.checkRemove(1)))
                .isEqualTo(EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
        assertThat(refusal(checks -> checks.checkRemove(99))).isNull();
    }

    @Test
    void aVoterThatIsDownMayGoAndOneThatIsUpOnlyFromAQuorum() {
        voter(1, true);
        voter(2, true);
        assertThat(refusal(checks -> checks.checkRemove(2))).isNull();
        connected(2, 1);
        assertThat(refusal(checks -> checks.checkRemove(2))).isEqualTo(EtcdError.UNHEALTHY_CLUSTER);
        voter(3, true);
        connected(2, 10);
        connected(3, 10);
        assertThat(refusal(checks -> checks.checkRemove(2))).isNull();
        assertThat(refusal(checks -> checks.checkRemove(1))).isNull();
    }

    @Test
    void aPromotionNeedsAQuorumWithTheNewVoter() {
        voter(1, true);
        member(4, true, true);
        assertThat(refusal(ReconfigurationChecks::checkPromote)).isNull();
        voter(2, false);
        voter(3, false);
        assertThat(refusal(ReconfigurationChecks::checkPromote))
                .isEqualTo(EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
    }
}
