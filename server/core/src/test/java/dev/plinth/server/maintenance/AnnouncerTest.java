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
import java.util.List;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
    private static final ApplyResult DONE = new ApplyResult.Done(1, ResponseBody.EMPTY);

    private final FakeMember member = new FakeMember();
    private final Log log = QuietLog.create();
    private int reports;
    private final Announcer announcer =
            new Announcer(
                    member, "m1", List.of("http://h:2379"), 7_000_000_000L, () -> reports++, log);

    private Proposal proposed() {
        announcer.turn();
        assertThat(member.proposals).hasSize(1);
        return member.proposals.removeFirst();
    }

    @Test
    void publishesNameAndUrlsOnceThereIsALeader() throws Exception {
        member.leader = 0;
        announcer.turn();
        assertThat(member.proposals).isEmpty();
        member.leader = 1;
        var attributes =
                InternalRaftRequest.parseFrom(proposed().entry()).getClusterMemberAttrSet();
        assertThat(attributes.getMemberAttributes().getName()).isEqualTo("m1");
        assertThat(attributes.getMemberAttributes().getClientUrlsList())
                .containsExactly("http://h:2379");
    }

    @Test
    void reportsOnceWhenPublished() {
        Proposal first = proposed();
        announcer.turn();
        assertThat(member.proposals).as("one at a time").isEmpty();
        assertThat(reports).isZero();
        first.applied(DONE);
        announcer.turn();
        announcer.turn();
        assertThat(reports).isEqualTo(1);
        assertThat(member.proposals).isEmpty();
    }

    @Test
    void triesAgainAfterARefusal() {
        proposed().failed(RefusedException.of(EtcdError.TIMEOUT));
        assertThat(reports).isZero();
        proposed().applied(DONE);
        announcer.turn();
        assertThat(reports).isEqualTo(1);
    }

    @Test
    void aNewClusterIsServedOnceItHasAVersion() {
        member.clusterVersion = null;
        proposed().applied(DONE);
        announcer.turn();
        assertThat(reports).isZero();
        member.clusterVersion = "3.7.0";
        announcer.turn();
        assertThat(reports).isEqualTo(1);
    }
}
