package dev.plinth.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.mvcc.HashResult;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.testing.CapturedLog;
import dev.plinth.server.testing.FakeMember;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A member without others: its keys are compared with themselves. */
class CorruptionChecksTest {
    private final FakeMember member = new FakeMember();
    private final Deque<HashResult> hashes = new ArrayDeque<>();
    private final CapturedLog log = new CapturedLog();
    private final CorruptionChecks checks =
            new CorruptionChecks(
                    member,
                    new CorruptionChecks.Keys() {
                        @Override
                        public HashResult hash(long revision) {
                            return hashes.remove();
                        }

                        @Override
                        public List<HashResult> compactionHashes() {
                            return List.copyOf(hashes);
                        }
                    },
                    new PeerHashes(
                            member,
                            (_, _) -> {
                                throw new AssertionError("there is nobody to ask");
                            }),
                    1_000_000_000L,
                    log.log());

    private static HashResult hash(long hash, long revision) {
        return new HashResult(hash, 1, revision, revision);
    }

    @Test
    void nobodyContradictsItAtTheStart() throws Exception {
        hashes.add(hash(7, 10));
        assertThat(checks.isConsistentAtStart()).isTrue();
    }

    @Test
    void keysThatStayAsTheyAreRaiseNothing() throws Exception {
        hashes.add(hash(7, 10));
        hashes.add(hash(7, 10));
        checks.checkCurrent();
        assertThat(member.proposals).isEmpty();
        assertThat(log.text()).contains("finished peer corruption check");
    }

    @Test
    void keysThatChangedByAWriteRaiseNothing() throws Exception {
        hashes.add(hash(7, 10));
        hashes.add(hash(8, 11));
        checks.checkCurrent();
        assertThat(member.proposals).isEmpty();
    }

    @Test
    void keysThatChangedWithoutAWriteRaiseTheAlarm() throws Exception {
        hashes.add(hash(7, 10));
        hashes.add(hash(8, 10));
        checks.checkCurrent();
        assertThat(member.proposals).hasSize(1);
        Proposal proposal = member.proposals.getFirst();
        AlarmRequest alarm =
                InternalRaftRequest.parseFrom(
                                com.google.protobuf.ByteString.copyFrom(
                                        proposal.entry(), 0, proposal.entryLength()))
                        .getAlarm();
        assertThat(alarm.getAction()).isEqualTo(AlarmRequest.AlarmAction.ACTIVATE);
        assertThat(alarm.getAlarm()).isEqualTo(AlarmType.CORRUPT);
        assertThat(alarm.getMemberID()).isEqualTo(member.memberId());
        assertThat(log.text()).contains("found hash mismatch");
    }

    @Test
    void ownCompactionsAgreeWithThemselves() throws Exception {
        hashes.add(hash(7, 10));
        checks.checkCompactions();
        assertThat(member.proposals).isEmpty();
    }
}
