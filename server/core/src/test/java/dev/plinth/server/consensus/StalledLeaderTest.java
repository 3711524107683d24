package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leader of two that stands still while the other one is elected (etcd issue 15247). The other
 * member is played by the test.
 */
final class StalledLeaderTest {
    private static final int ELECTION_TICKS = 10;
    private static final long TERM = 2;
    private static final long OTHER = OneMember.id(1);

    @TempDir Path dir;

    private final MemoryLog log = new MemoryLog();
    private final List<String> answers = new ArrayList<>();
    private OneMember member;

    @BeforeEach
    void elect() {
        member = new OneMember(dir.resolve("db"), log, 2, false);
        member.settle();
        member.advance(2 * ELECTION_TICKS * OneMember.TICK_NANOS);
        receive(MessageType.PRE_VOTE_RESP, TERM);
        receive(MessageType.VOTE_RESP, TERM);
        assertThat(member.consensus.member().leaderId()).isEqualTo(OneMember.id(0));
        assertThat(member.consensus.member().raftTerm()).isEqualTo(TERM);
        for (int i = 0; i < 3 * ELECTION_TICKS; i++) {
            receive(MessageType.HEARTBEAT_RESP, TERM);
            member.advance(OneMember.TICK_NANOS);
        }
    }

    @AfterEach
    void close() {
        member.close();
    }

    private void arrive(MessageType type, long term) {
        Message message = Message.of(type).from(OTHER).to(OneMember.id(0)).term(term).build();
        assertThat(member.consensus.raftLoop().receive(List.of(message), () -> {})).isTrue();
    }

    private void receive(MessageType type, long term) {
        arrive(type, term);
        member.settle();
    }

    private void ensureLeadership() {
        member.consensus
                .member()
                .ensureLeadership(
                        new Barrier() {
                            @Override
                            public void passed() {
                                answers.add("passed");
                            }

                            @Override
                            public void failed(RefusedException reason) {
                                answers.add(reason.error().toString());
                            }
                        });
    }

    @Test
    void aLeaderThatHearsItsPeersIsBelieved() {
        ensureLeadership();
        assertThat(answers).containsExactly("passed");
    }

    @Test
    void afterAStallTheFirstTickDoesNotProveTheOffice() {
        member.stall(5 * ELECTION_TICKS * OneMember.TICK_NANOS);
        member.raftTurn();
        ensureLeadership();
        assertThat(answers).isEmpty();
        receive(MessageType.HEARTBEAT, TERM + 1);
        assertThat(answers).isNotEmpty().doesNotContain("passed");
    }

    @Test
    void duringAStallTheOfficeIsNotProvenEither() {
        member.stall(5 * ELECTION_TICKS * OneMember.TICK_NANOS);
        ensureLeadership();
        assertThat(answers).isEmpty();
    }

    /** The other one leads already, and this member forwards what it is asked to propose. */
    @Test
    void whatOnlyTheLeaderMayProposeIsNotForwardedToTheNextOne() {
        OneMember.Outcome revocation = member.propose(TERM);
        OneMember.Outcome write = member.propose();
        arrive(MessageType.HEARTBEAT, TERM + 1);
        member.settle();
        assertThat(member.consensus.member().leaderId()).isEqualTo(OTHER);
        assertThat(revocation.refusedWith()).isEqualTo(EtcdError.NOT_LEADER);
        assertThat(write.isOpen()).isTrue();
    }

    @Test
    void inItsTermTheLeaderProposesThem() {
        OneMember.Outcome revocation = member.propose(TERM);
        member.settle();
        assertThat(revocation.isOpen()).isTrue();
        assertThat(log.durableEntries().getLast().data().toArray()).isEqualTo(revocation.entry());
    }
}
