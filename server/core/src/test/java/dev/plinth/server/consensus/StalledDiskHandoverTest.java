package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.ClusterView;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members with one thread and one clock. A sync that hangs is one during which the others,
 * and the hanging member's raft loop, get their turns and time passes.
 */
class StalledDiskHandoverTest {
    private static final long ELECTION_NANOS = 10 * OneMember.TICK_NANOS;

    @TempDir Path dir;

    private final OneMember.ManualClock clock = new OneMember.ManualClock();
    private final Map<Long, MessageReceiver> receivers = new HashMap<>();
    private final Deque<Message> wire = new ArrayDeque<>();
    private final List<MemoryLog> logs = new ArrayList<>();
    private final List<OneMember> members = new ArrayList<>();

    @BeforeEach
    void start() {
        for (int i = 0; i < 3; i++) {
            int index = i;
            MemoryLog log = new MemoryLog();
            logs.add(log);
            members.add(
                    new OneMember(
                            dir.resolve("db" + i),
                            log,
                            3,
                            false,
                            i,
                            clock,
                            receiver -> {
                                receivers.put(OneMember.id(index), receiver);
                                return new Wire();
                            }));
        }
        for (int ticks = 0; leader() < 0; ticks++) {
            assertThat(ticks).as("ticks without a leader").isLessThan(100);
            tick(members);
        }
    }

    @AfterEach
    void stop() {
        members.forEach(OneMember::close);
    }

    private final class Wire implements PeerTransport {
        @Override
        public void send(List<Message> messages) {
            wire.addAll(messages);
        }

        @Override
        public void setMembers(ClusterView view) {}

        @Override
        public OptionalLong connectedSinceNanos(long memberId) {
            return OptionalLong.of(0);
        }
    }

    @Test
    void aWriteThatHangsForAnElectionTimeoutCostsTheLeadership() {
        int stalled = leader();
        List<OneMember> others = othersThan(stalled);
        logs.get(stalled)
                .duringNextSync(() -> {
                    passTime(stalled, others, ELECTION_NANOS - 2 * OneMember.TICK_NANOS);
                    assertThat(leader()).isEqualTo(stalled);
                    passTime(stalled, others, 3 * OneMember.TICK_NANOS);
                    assertThat(leader()).isNotEqualTo(stalled).isNotNegative();
                    // The others go on without it.
                    OneMember.Outcome during = members.get(leader()).propose();
                    settle(others);
                    assertThat(during.result).isNotNull();
                });
        OneMember.Outcome before = members.get(stalled).propose();
        settle(members);
        // What it had accepted was stored by the others, so that it is acknowledged in the end.
        passTime(stalled, members, 2 * OneMember.TICK_NANOS);
        assertThat(before.result).isNotNull();
        assertThat(members.get(stalled).appliedIds)
                .isEqualTo(others.getFirst().appliedIds)
                .hasSize(2);
    }

    @Test
    void leadershipStaysWhereNobodyHasStoredMore() {
        int stalled = leader();
        OneMember leader = members.get(stalled);
        logs.get(stalled)
                .duringNextSync(() -> {
                    // The others' raft loops answer heartbeats, and their disks hang as well.
                    for (int ticks = 0; ticks < 20; ticks++) {
                        clock.nanos += OneMember.TICK_NANOS;
                        members.forEach(OneMember::raftTurn);
                        deliver();
                        members.forEach(OneMember::raftTurn);
                    }
                    assertThat(leader()).isEqualTo(stalled);
                });
        OneMember.Outcome outcome = leader.propose();
        settle(members);
        assertThat(outcome.result).isNotNull();
    }

    @Test
    void proposalsThatComeDuringAHandOverWaitForTheSuccessor() {
        int from = leader();
        int to = (from + 1) % 3;
        // Not yet stored by the successor, so that the hand-over has to wait for it.
        members.get(from).propose();
        members.get(from).raftTurn();
        var _ = members.get(from).consensus.member().transferLeadership(OneMember.id(to));
        members.get(from).raftTurn();
        OneMember.Outcome outcome = members.get(from).propose();
        settle(members);
        passTime(from, members, 2 * OneMember.TICK_NANOS);
        assertThat(leader()).isEqualTo(to);
        assertThat(outcome.result).isNotNull();
    }

    private int leader() {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).consensus.raftLoop().status().isLeader()) {
                return i;
            }
        }
        return -1;
    }

    private List<OneMember> othersThan(int index) {
        return members.stream().filter(member -> member != members.get(index)).toList();
    }

    /** Ticks; of a member that is not among the running ones only the raft loop runs. */
    private void passTime(int stalled, List<OneMember> running, long nanos) {
        for (long left = nanos; left > 0; left -= OneMember.TICK_NANOS) {
            clock.nanos += OneMember.TICK_NANOS;
            int done;
            do {
                members.get(stalled).raftTurn();
                done = running.stream().mapToInt(OneMember::turn).sum() + deliver();
            } while (done > 0);
        }
    }

    private void tick(List<OneMember> running) {
        clock.nanos += OneMember.TICK_NANOS;
        settle(running);
    }

    private void settle(List<OneMember> running) {
        int done;
        do {
            done = running.stream().mapToInt(OneMember::turn).sum() + deliver();
        } while (done > 0);
    }

    private int deliver() {
        int count = 0;
        for (Message message = wire.poll(); message != null; message = wire.poll()) {
            MessageReceiver receiver = Objects.requireNonNull(receivers.get(message.to()));
            assertThat(receiver.receive(List.of(message), () -> {})).isTrue();
            count++;
        }
        return count;
    }
}
