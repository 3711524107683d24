package dev.plinth.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.log.Log;
import dev.plinth.server.testing.FakeMember;
import dev.plinth.server.testing.QuietLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AutoCompactionTest {
    private static final long MINUTE = 60_000_000_000L;

    private final FakeMember member = new FakeMember();
    private final Log log = QuietLog.create();
    private long now;
    private long revision;

    private AutoCompaction periodic(long period) {
        return AutoCompaction.periodic(member, () -> revision, () -> now, log, period);
    }

    /** Turns for a time, one revision for each, and answers what is proposed. */
    private List<Long> run(AutoCompaction compaction, int turns) throws Exception {
        List<Long> compacted = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            revision++;
            compaction.turn();
            for (Proposal proposal : member.proposals) {
                compacted.add(
                        InternalRaftRequest.parseFrom(proposal.entry())
                                .getCompaction()
                                .getRevision());
                proposal.applied(new ApplyResult.Done(revision, ResponseBody.EMPTY));
            }
            member.proposals.clear();
            now += compaction.intervalNanos();
        }
        return compacted;
    }

    @Test
    void keepsThePeriodAndThenCompactsOnceAPeriod() throws Exception {
        AutoCompaction compaction = periodic(10 * MINUTE);
        assertThat(compaction.intervalNanos()).isEqualTo(MINUTE);
        assertThat(run(compaction, 10)).isEmpty();
        assertThat(run(compaction, 10)).containsExactly(1L);
        assertThat(run(compaction, 10)).containsExactly(10L);
    }

    @Test
    void aLongPeriodIsKeptOnceAndThenFollowedEachHour() throws Exception {
        AutoCompaction compaction = periodic(5 * 60 * MINUTE);
        assertThat(compaction.intervalNanos()).isEqualTo(6 * MINUTE);
        assertThat(run(compaction, 50)).isEmpty();
        assertThat(run(compaction, 20)).containsExactly(1L, 10L);
    }

    @Test
    void aFollowerSamplesAndLeavesCompactionToTheLeader() throws Exception {
        AutoCompaction compaction = periodic(10 * MINUTE);
        member.leader = 2;
        assertThat(run(compaction, 30)).isEmpty();
        member.leader = 1;
        assertThat(run(compaction, 1)).containsExactly(20L);
    }

    @Test
    void whatFailedIsTriedAgainAndWhatWasCompactedAlreadyIsDone() throws Exception {
        AutoCompaction compaction =
                AutoCompaction.byRevision(member, () -> revision, () -> now, log, 100);
        revision = 150;
        compaction.turn();
        member.proposals.getFirst().failed(RefusedException.of(EtcdError.TIMEOUT));
        compaction.turn();
        assertThat(member.proposals).hasSize(2);
        member.proposals.getLast().failed(RefusedException.of(EtcdError.COMPACTED));
        compaction.turn();
        assertThat(member.proposals).hasSize(2);
        revision = 151;
        compaction.turn();
        assertThat(member.proposals).hasSize(3);
    }

    @Test
    void nothingIsCompactedBeforeThereIsSoMuchHistory() {
        AutoCompaction compaction =
                AutoCompaction.byRevision(member, () -> revision, () -> now, log, 100);
        revision = 100;
        compaction.turn();
        assertThat(member.proposals).isEmpty();
    }
}
