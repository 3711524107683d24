package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Single rules of the node that the scripts do not reach: refusals, hand-overs, reads, limits, life
 * of one voter.
 */
class RawNodeTest {
    /** A node whose founders are in its storage, with what it logs. */
    private static final class Subject implements RaftLogger {
        final MemoryStorage storage = new MemoryStorage();
        final List<String> lines = new ArrayList<>();
        final RawNode raw;

        Subject(List<Long> voters, List<Long> learners, UnaryOperator<RaftConfig.Builder> settings)
                throws StorageException {
            if (!voters.isEmpty()) {
                ConfState founders = ConfState.of(voters, learners);
                storage.applySnapshot(new Snapshot(null, new SnapshotMetadata(founders, 1, 1)));
                storage.setHardState(new HardState(1, 0, 1));
            }
            raw = new RawNode(settings.apply(config(storage).logger(this)).build());
        }

        Subject(Long... voters) throws StorageException {
            this(List.of(voters), List.of(), b -> b);
        }

        static RaftConfig.Builder config(RaftStorage storage) {
            return RaftConfig.of(1, storage, new SplittableRandom(1))
                    .electionTicks(10)
                    .heartbeatTicks(1);
        }

        @Override
        public boolean isEnabled(Level level) {
            return true;
        }

        @Override
        public void log(Level level, String line) {
            lines.add(line);
        }

        /** Works everything off, and gives the messages to others and the reads. */
        List<Message> drain() {
            List<Message> out = new ArrayList<>();
            while (raw.hasReady()) {
                Ready ready = raw.ready();
                if (ready.hardState() != null) {
                    storage.setHardState(ready.hardState());
                }
                storage.append(ready.entries());
                out.addAll(ready.messages());
                raw.advance();
            }
            return out;
        }

        Subject elected() throws RaftException {
            raw.campaign();
            drain();
            for (long id : raw.status().confState().voters()) {
                if (id != 1) {
                    step(vote(id));
                }
            }
            drain();
            assertThat(raw.basicStatus().softState().role()).isEqualTo(Role.LEADER);
            return this;
        }

        private Message.Builder vote(long id) {
            return Message.of(MessageType.VOTE_RESP).from(id).term(term());
        }

        long term() {
            return raw.basicStatus().hardState().term();
        }

        /** A member's message in the present term. */
        void step(Message.Builder m) throws RaftException {
            raw.step(m.to(1).build());
        }

        void follow(long leader) throws RaftException {
            step(Message.of(MessageType.HEARTBEAT).from(leader).term(5));
            drain();
        }
    }

    private static void assertRefused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
            RaftException.Reason reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RaftException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessage(reason.toString());
    }

    @Test
    void oneVoterElectsItselfCommitsAndRestarts() throws Exception {
        Subject first = new Subject(List.of(), List.of(), b -> b);
        first.raw.bootstrap(List.of(new Peer(1, Bytes.utf8("me"))));
        first.drain();
        while (first.raw.basicStatus().softState().role() != Role.LEADER) {
            first.raw.tick();
            first.drain();
        }
        first.raw.propose(new byte[] {1});
        first.drain();
        assertThat(first.raw.basicStatus().applied()).isEqualTo(3);
        RawNode again = new RawNode(Subject.config(first.storage).build());
        assertThat(again.basicStatus().hardState()).isEqualTo(first.storage.hardState());
        again.tickQuiesced();
        assertThat(again.hasReady()).isTrue();
        assertThat(again.readyWithoutAccept().committedEntries()).hasSize(3);
        Ready ready = again.readyWithoutAccept();
        again.acceptReady(ready);
        assertThatThrownBy(() -> again.acceptReady(ready))
                .isInstanceOf(RaftFatalError.class)
                .hasMessage("two accepted Ready structs without call to Advance");
        assertRefused(() -> again.bootstrap(List.of()), RaftException.Reason.NO_PEERS_TO_BOOTSTRAP);
        assertRefused(
                () -> again.bootstrap(List.of(new Peer(1, Bytes.EMPTY))),
                RaftException.Reason.BOOTSTRAP_OF_NONEMPTY_STORAGE);
    }

    @Test
    void asynchronousNodeMustNotBeAdvanced() throws Exception {
        Subject s = new Subject(List.of(1L), List.of(), b -> b.asyncStorageWrites(true));
        assertThat(s.raw.readyWithoutAccept().messages()).isEmpty();
        s.raw.campaign();
        assertThat(s.raw.readyWithoutAccept().messages()).hasSize(1);
        assertThat(s.raw.ready().messages()).hasSize(1);
        assertThatThrownBy(s.raw::advance).isInstanceOf(RaftFatalError.class);
    }

    @Test
    void messagesThatNobodyMaySendAreRefused() throws Exception {
        Subject s = new Subject(1L, 2L, 3L);
        assertRefused(
                () -> s.step(Message.of(MessageType.HUP).from(2)),
                RaftException.Reason.LOCAL_MESSAGE);
        assertRefused(
                () -> s.step(Message.of(MessageType.APP_RESP).from(9).term(1)),
                RaftException.Reason.PEER_NOT_FOUND);
        List<Message.Builder> malformed =
                List.of(
                        Message.of(MessageType.PROP),
                        Message.of(MessageType.READ_INDEX),
                        Message.of(MessageType.VOTE),
                        Message.of(MessageType.APP)
                                .term(3)
                                .index(7)
                                .entries(List.of(Entry.of(1, 9, EntryType.NORMAL, null))));
        for (Message.Builder m : malformed) {
            assertRefused(() -> s.step(m.from(2)), RaftException.Reason.MALFORMED_MESSAGE);
        }
        assertThat(s.raw.hasReady()).isFalse();
    }

    @Test
    void followerWithoutLeaderDropsAndSaysSo() throws Exception {
        Subject s = new Subject(1L, 2L, 3L);
        assertRefused(() -> s.raw.propose(new byte[1]), RaftException.Reason.PROPOSAL_DROPPED);
        s.raw.transferLeader(2);
        s.raw.readIndex(Bytes.utf8("r"));
        s.raw.forgetLeader();
        s.raw.reportUnreachable(2);
        s.raw.reportSnapshot(2, SnapshotStatus.FINISH);
        assertThat(s.drain()).isEmpty();
        assertThat(s.lines)
                .contains(
                        "1 no leader at term 1; dropping proposal",
                        "1 no leader at term 1; dropping leader transfer msg",
                        "1 no leader at term 1; dropping index reading msg");
    }

    @Test
    void followerForwardsToItsLeader() throws Exception {
        Subject s = new Subject(1L, 2L, 3L);
        s.follow(2);
        s.raw.propose(new byte[1]);
        s.raw.transferLeader(3);
        s.raw.readIndex(Bytes.utf8("r"));
        List<Message> sent = s.drain();
        assertThat(sent)
                .extracting(Message::type)
                .containsExactly(
                        MessageType.PROP, MessageType.TRANSFER_LEADER, MessageType.READ_INDEX);
        assertThat(sent).extracting(Message::to).containsOnly(2L);
        assertThat(sent).extracting(Message::term).containsExactly(0L, 5L, 0L);
        assertThat(sent).extracting(Message::from).containsExactly(1L, 3L, 1L);
        Entry request = Entry.proposal(new byte[] {7});
        Message.Builder answer = Message.of(MessageType.READ_INDEX_RESP).from(2).term(5).index(1);
        s.step(answer);
        s.step(answer.entries(List.of(request)));
        assertThat(s.raw.ready().readStates()).containsExactly(new ReadState(1, request.data()));
        assertThat(s.lines)
                .contains("1 invalid format of MsgReadIndexResp from 2, entries count: 0");
    }

    @Test
    void forwardingCanBeSwitchedOff() throws Exception {
        Subject s =
                new Subject(List.of(1L, 2L, 3L), List.of(), b -> b.disableProposalForwarding(true));
        s.follow(2);
        assertRefused(() -> s.raw.propose(new byte[1]), RaftException.Reason.PROPOSAL_DROPPED);
        assertThat(s.lines).contains("1 not forwarding to leader 2 at term 5; dropping proposal");
    }

    @Test
    void candidateTurnsIntoAFollowerOfWhoeverLeadsItsTerm() throws Exception {
        for (MessageType type : List.of(MessageType.APP, MessageType.HEARTBEAT, MessageType.SNAP)) {
            Subject s = new Subject(1L, 2L, 3L);
            s.raw.campaign();
            s.drain();
            assertRefused(() -> s.raw.propose(new byte[1]), RaftException.Reason.PROPOSAL_DROPPED);
            s.step(Message.of(MessageType.TIMEOUT_NOW).from(2).term(2));
            s.step(Message.of(MessageType.PRE_VOTE_RESP).from(2).term(2));
            assertThat(s.raw.basicStatus().softState().role()).isEqualTo(Role.CANDIDATE);
            s.step(Message.of(type).from(2).term(2).index(1).logTerm(1));
            assertThat(s.raw.basicStatus().softState()).isEqualTo(new SoftState(2, Role.FOLLOWER));
            assertThat(s.lines)
                    .contains("1 [term 2 state StateCandidate] ignored MsgTimeoutNow from 2");
        }
    }

    @Test
    void lostElectionEndsTheCandidacy() throws Exception {
        Subject s = new Subject(1L, 2L, 3L);
        s.raw.campaign();
        s.drain();
        s.step(Message.of(MessageType.VOTE_RESP).from(2).term(2).reject(true));
        s.step(Message.of(MessageType.VOTE_RESP).from(3).term(2).reject(true));
        assertThat(s.raw.basicStatus().softState().role()).isEqualTo(Role.FOLLOWER);
    }

    @Test
    void leaderHandsOver() throws Exception {
        Subject s = new Subject(List.of(1L, 2L, 3L), List.of(4L), b -> b).elected();
        s.raw.campaign();
        s.raw.transferLeader(4);
        s.raw.transferLeader(9);
        s.raw.transferLeader(1);
        assertThat(s.drain()).isEmpty();
        s.raw.transferLeader(2);
        s.raw.transferLeader(2);
        assertThat(s.raw.status().leadTransferee()).isEqualTo(2);
        assertRefused(() -> s.raw.propose(new byte[1]), RaftException.Reason.PROPOSAL_DROPPED);
        s.drain();
        s.step(Message.of(MessageType.APP_RESP).from(2).term(2).index(2));
        assertThat(s.drain()).anyMatch(m -> m.type() == MessageType.TIMEOUT_NOW && m.to() == 2);
        s.raw.transferLeader(3);
        assertThat(s.raw.status().leadTransferee()).isEqualTo(3);
        s.raw.transferLeader(2);
        assertThat(s.drain()).anyMatch(m -> m.type() == MessageType.TIMEOUT_NOW && m.to() == 2);
        for (int i = 0; i < 10; i++) {
            s.raw.tick();
        }
        assertThat(s.raw.status().leadTransferee()).isZero();
        assertThat(s.lines)
                .contains(
                        "1 ignoring MsgHup because already leader",
                        "1 is learner. Ignored transferring leadership",
                        "1 no progress available for 9",
                        "1 is already leader. Ignored transferring leadership to self",
                        "1 [term 2] transfer leadership to 2 is in progress; dropping proposal",
                        "1 [term 2] abort previous transferring leadership to 3");
    }

    @Test
    void readsWaitForACommitInTheTermAndAQuorum() throws Exception {
        Subject s = new Subject(1L, 2L, 3L).elected();
        s.raw.readIndex(Bytes.utf8("own"));
        s.step(
                Message.of(MessageType.READ_INDEX)
                        .from(3)
                        .entries(List.of(Entry.proposal(new byte[] {3}))));
        assertThat(s.drain()).isEmpty();
        s.step(Message.of(MessageType.APP_RESP).from(2).term(2).index(2));
        Bytes context =
                s.drain().stream()
                        .filter(m -> m.type() == MessageType.HEARTBEAT)
                        .reduce((a, b) -> b)
                        .orElseThrow()
                        .context();
        assertThat(context.toArray()).containsExactly(2, 0, 0, 0, 0, 0, 0, 0);
        s.step(Message.of(MessageType.HEARTBEAT_RESP).from(2).term(2).context(Bytes.utf8("other")));
        assertThat(s.raw.hasReady()).isFalse();
        s.step(Message.of(MessageType.HEARTBEAT_RESP).from(2).term(2).context(context));
        Ready ready = s.raw.ready();
        assertThat(ready.readStates()).containsExactly(new ReadState(2, Bytes.utf8("own")));
        assertThat(ready.messages())
                .anyMatch(m -> m.type() == MessageType.READ_INDEX_RESP && m.to() == 3);
    }

    @Test
    void leaseAnswersReadsAtOnceAndKeepsTheLeader() throws Exception {
        Subject s =
                new Subject(
                        List.of(1L, 2L, 3L),
                        List.of(),
                        b -> b.checkQuorum(true).readOnlyOption(ReadOnlyOption.LEASE_BASED));
        s.elected();
        s.raw.forgetLeader();
        s.step(Message.of(MessageType.APP_RESP).from(2).term(2).index(2));
        s.drain();
        s.raw.readIndex(Bytes.utf8("r"));
        assertThat(s.raw.ready().readStates()).hasSize(1);
        s.raw.advance();
        s.step(Message.of(MessageType.HEARTBEAT).from(3).term(3));
        s.raw.forgetLeader();
        assertThat(s.raw.basicStatus().softState().lead()).isEqualTo(3);
        assertThat(s.lines).contains("ignoring MsgForgetLeader due to ReadOnlyLeaseBased");
    }

    @Test
    void oneVoterReadsWithoutAsking() throws Exception {
        Subject s = new Subject(1L).elected();
        s.raw.readIndex(Bytes.utf8("r"));
        assertThat(s.raw.ready().readStates()).containsExactly(new ReadState(2, Bytes.utf8("r")));
    }

    @Test
    void removedLeaderAsksTheOneVoterThatIsLeft() throws Exception {
        Subject s = new Subject(1L, 2L).elected();
        s.step(Message.of(MessageType.APP_RESP).from(2).term(2).index(2));
        s.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 1));
        s.drain();
        s.raw.readIndex(Bytes.utf8("r"));
        Ready ready = s.raw.ready();
        assertThat(ready.readStates()).isEmpty();
        assertThat(ready.messages())
                .extracting(Message::type)
                .containsExactly(MessageType.HEARTBEAT);
    }

    @Test
    void uncommittedTailIsBounded() throws Exception {
        Subject s = new Subject(List.of(1L, 2L, 3L), List.of(), b -> b.uncommittedSizeMax(100));
        s.elected();
        s.raw.propose(new byte[200]);
        assertRefused(() -> s.raw.propose(new byte[1]), RaftException.Reason.PROPOSAL_DROPPED);
        s.raw.propose(new byte[0]);
        s.drain();
        s.step(Message.of(MessageType.APP_RESP).from(2).term(2).index(4));
        s.drain();
        s.raw.propose(new byte[60]);
    }

    @Test
    void changeThatCannotBeReadBecomesAnEmptyEntry() throws Exception {
        Subject s = new Subject(1L).elected();
        s.raw.propose(
                List.of(
                        Entry.proposal(EntryType.CONF_CHANGE, Bytes.utf8("?")),
                        Entry.proposal(EntryType.NORMAL, Bytes.utf8("kept"))));
        s.drain();
        List<Entry> stored = s.storage.entries(3, 5, RaftConfig.NO_LIMIT);
        assertThat(stored.get(0).type()).isEqualTo(EntryType.NORMAL);
        assertThat(stored.get(0).toBytes()).startsWith(8, 0);
        assertThat(stored.get(1).data().toUtf8()).isEqualTo("kept");
    }

    @Test
    void refusedChangeIsDescribedWithItsContext() throws Exception {
        Subject s = new Subject(1L).elected();
        s.raw.proposeConfChange(
                new ConfChange(0, ConfChangeType.ADD_LEARNER_NODE, 2, Bytes.utf8("a")));
        s.raw.proposeConfChange(
                new ConfChange(0, ConfChangeType.UPDATE_NODE, 1, Bytes.utf8("b\"\n")));
        assertThat(s.lines)
                .contains(
                        "1 ignoring conf change transition:ConfChangeTransitionAuto"
                                + " changes:{type:ConfChangeUpdateNode node_id:1}"
                                + " context:\"b\\\"\\n\" at config voters=(1): possible unapplied"
                                + " conf change at index 3 (applied to 2)");
    }

    @Test
    void removedLeaderTakesNoProposals() throws Exception {
        Subject s = new Subject(1L, 2L, 3L).elected();
        s.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 1));
        assertRefused(() -> s.raw.propose(new byte[1]), RaftException.Reason.PROPOSAL_DROPPED);
        assertThatThrownBy(() -> s.raw.applyConfChange(ConfChangeV2.LEAVE_JOINT))
                .isInstanceOf(RaftFatalError.class)
                .hasMessage("can't leave a non-joint config");
    }

    @Test
    void transferToARemovedMemberIsGivenUp() throws Exception {
        Subject s = new Subject(1L, 2L, 3L).elected();
        s.raw.transferLeader(3);
        s.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 3));
        assertThat(s.raw.status().leadTransferee()).isZero();
    }

    @Test
    void leaderWithoutQuorumStepsDown() throws Exception {
        Subject s = new Subject(List.of(1L, 2L, 3L), List.of(), b -> b.checkQuorum(true));
        s.elected();
        for (int i = 0; i < 20; i++) {
            s.raw.tick();
        }
        assertThat(s.raw.basicStatus().softState().role()).isEqualTo(Role.FOLLOWER);
        assertThat(s.lines).contains("1 stepped down to follower since quorum is not active");
    }

    @Test
    void snapshotGoesToAMemberThatIsTooFarBehindAndAnswers() throws Exception {
        Subject s = new Subject(1L, 2L, 3L).elected();
        s.step(Message.of(MessageType.APP_RESP).from(2).term(2).index(2));
        s.drain();
        s.storage.createSnapshot(2, null, Bytes.utf8("state"));
        s.storage.compact(2);
        s.raw.propose(new byte[1]);
        s.drain();
        s.step(
                Message.of(MessageType.APP_RESP)
                        .from(3)
                        .term(2)
                        .index(1)
                        .reject(true)
                        .rejectHint(0));
        Message snapshot =
                s.drain().stream()
                        .filter(m -> m.type() == MessageType.SNAP)
                        .findFirst()
                        .orElseThrow();
        assertThat(snapshot.to()).isEqualTo(3);
        assertThat(snapshot.snapshot()).isEqualTo(s.storage.snapshot());
        s.raw.reportSnapshot(3, SnapshotStatus.FAILURE);
        ProgressStatus failed = progressOf(s, 3);
        assertThat(failed.state()).isEqualTo(ReplicationState.PROBE);
        assertThat(failed.next()).isEqualTo(1);
        assertThat(failed.paused()).isTrue();
        s.raw.reportSnapshot(3, SnapshotStatus.FINISH);
        s.raw.reportUnreachable(2);
        assertThat(progressOf(s, 2).state()).isEqualTo(ReplicationState.PROBE);
        assertThat(s.raw.status().toJson())
                .startsWith(
                        "{\"id\":\"1\",\"term\":2,\"vote\":\"1\",\"commit\":2,\"lead\":\"1\","
                                + "\"raftState\":\"StateLeader\",\"applied\":2,\"progress\":{\"1\":"
                                + "{\"match\":3,\"next\":4,\"state\":\"StateReplicate\"},")
                .endsWith("},\"leadtransferee\":\"0\"}");
    }

    private static ProgressStatus progressOf(Subject s, long id) {
        return java.util.Objects.requireNonNull(s.raw.status().progress().get(id));
    }

    @Test
    void snapshotForOthersOrOfWhatIsKnownIsNotInstalled() throws Exception {
        Subject s = new Subject(1L, 2L, 3L);
        s.follow(2);
        SnapshotMetadata foreign =
                new SnapshotMetadata(ConfState.of(List.of(2L, 3L), List.of()), 9, 4);
        s.step(Message.of(MessageType.SNAP).from(2).term(5).snapshot(new Snapshot(null, foreign)));
        assertThat(s.drain()).extracting(Message::index).containsExactly(1L);
        s.step(
                Message.of(MessageType.APP)
                        .from(2)
                        .term(5)
                        .index(1)
                        .logTerm(1)
                        .entries(
                                List.of(
                                        Entry.of(5, 2, EntryType.NORMAL, null),
                                        Entry.of(5, 3, EntryType.NORMAL, null))));
        s.drain();
        SnapshotMetadata known =
                new SnapshotMetadata(ConfState.of(List.of(1L, 2L), List.of()), 3, 5);
        s.step(Message.of(MessageType.SNAP).from(2).term(5).snapshot(new Snapshot(null, known)));
        assertThat(s.drain()).extracting(Message::index).containsExactly(3L);
        assertThat(s.raw.basicStatus().hardState().commit()).isEqualTo(3);
        s.step(Message.of(MessageType.SNAP).from(2).term(5));
        assertThat(s.drain()).extracting(Message::index).containsExactly(3L);
        assertThat(s.lines)
                .contains(
                        "1 [commit: 1, lastindex: 3, lastterm: 5] fast-forwarded commit to"
                                + " snapshot [index: 3, term: 5]");
    }

    @Test
    void changeBelowARestoredSnapshotIsLeftOut() throws Exception {
        Subject s = new Subject(1L, 2L, 3L);
        s.follow(2);
        SnapshotMetadata place =
                new SnapshotMetadata(ConfState.of(List.of(1L, 2L), List.of()), 9, 4);
        s.step(Message.of(MessageType.SNAP).from(2).term(5).snapshot(new Snapshot(null, place)));
        ConfChange late = ConfChange.of(ConfChangeType.ADD_NODE, 7);
        assertThat(s.raw.applyConfChange(9, late).voters()).containsExactly(1L, 2L);
        assertThat(s.raw.applyConfChange(9, late.asV2()).voters()).containsExactly(1L, 2L);
        assertThat(s.raw.applyConfChange(10, late).voters()).containsExactly(1L, 2L, 7L);
        s.raw.campaign();
        assertThat(s.lines).contains("1 is unpromotable and can not campaign");
    }

    @Test
    void storedStateThatContradictsItselfIsFatal() throws Exception {
        MemoryStorage storage = new MemoryStorage();
        storage.setHardState(new HardState(1, 0, 7));
        assertThatThrownBy(() -> new RawNode(Subject.config(storage).build()))
                .isInstanceOf(RaftFatalError.class)
                .hasMessage("1 state.commit 7 is out of range [0, 0]");
        MemoryStorage impossible = new MemoryStorage();
        ConfState both = ConfState.of(List.of(1L), List.of(1L));
        impossible.applySnapshot(new Snapshot(null, new SnapshotMetadata(both, 1, 1)));
        assertThatThrownBy(() -> new RawNode(Subject.config(impossible).build()))
                .isInstanceOf(RaftFatalError.class);
    }

    /** A storage that has no snapshot at hand. */
    private record WithoutSnapshot(MemoryStorage storage, StorageException.Reason reason)
            implements RaftStorage {
        @Override
        public InitialState initialState() {
            return storage.initialState();
        }

        @Override
        public List<Entry> entries(long lo, long hi, long sizeMax) throws StorageException {
            return storage.entries(lo, hi, sizeMax);
        }

        @Override
        public long term(long index) throws StorageException {
            return storage.term(index);
        }

        @Override
        public long lastIndex() {
            return storage.lastIndex();
        }

        @Override
        public long firstIndex() {
            return storage.firstIndex();
        }

        @Override
        public Snapshot snapshot() throws StorageException {
            throw new StorageException(reason);
        }
    }

    @Test
    void snapshotThatIsNotAtHandIsWaitedForAndAnyOtherFailureIsFatal() throws Exception {
        for (StorageException.Reason reason : StorageException.Reason.values()) {
            MemoryStorage storage = new MemoryStorage();
            ConfState founders = ConfState.of(List.of(1L, 2L), List.of());
            storage.applySnapshot(new Snapshot(null, new SnapshotMetadata(founders, 5, 1)));
            storage.setHardState(new HardState(1, 0, 5));
            RawNode raw = new RawNode(Subject.config(new WithoutSnapshot(storage, reason)).build());
            raw.campaign();
            raw.ready();
            raw.advance();
            raw.step(Message.of(MessageType.VOTE_RESP).from(2).to(1).term(2).build());
            Message rejection =
                    Message.of(MessageType.APP_RESP)
                            .from(2)
                            .to(1)
                            .term(2)
                            .index(5)
                            .reject(true)
                            .build();
            if (reason == StorageException.Reason.SNAPSHOT_TEMPORARILY_UNAVAILABLE) {
                raw.step(rejection);
                assertThat(raw.status().progress().get(2L))
                        .isNotNull()
                        .extracting(ProgressStatus::state)
                        .isEqualTo(ReplicationState.PROBE);
            } else {
                assertThatThrownBy(() -> raw.step(rejection)).isInstanceOf(RaftFatalError.class);
            }
        }
    }
}
