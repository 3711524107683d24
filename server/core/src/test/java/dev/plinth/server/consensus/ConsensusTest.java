package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The three loops with one thread, a log that loses what was not synced, and a manual clock. */
class ConsensusTest {
    @TempDir Path dir;

    private final MemoryLog log = new MemoryLog();

    private OneMember member(int members, boolean drivesWorkers) {
        return new OneMember(dir.resolve("db"), log, members, drivesWorkers);
    }

    private static final class Recorder implements Barrier {
        private final List<String> calls = new ArrayList<>();

        @Override
        public void passed() {
            calls.add("passed");
        }

        @Override
        public void failed(RefusedException reason) {
            calls.add(reason.error().toString());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyVoterElectsItselfCommitsAndAnswers(boolean drivesWorkers) {
        try (OneMember member = member(1, drivesWorkers)) {
            member.settle();
            assertThat(member.consensus.member().leaderId()).isEqualTo(OneMember.id(0));
            assertThat(member.termsBegun).isEqualTo(1);
            OneMember.Outcome first = member.propose();
            OneMember.Outcome second = member.propose();
            member.settle();
            assertThat(first.result).isEqualTo(new ApplyResult.Done(1, emptyBody()));
            assertThat(second.isOpen()).isFalse();
            assertThat(member.appliedIds).containsExactly(first.requestId(), second.requestId());
            assertThat(member.consensus.member().appliedIndex())
                    .isEqualTo(member.consensus.member().committedIndex())
                    .isEqualTo(log.durableIndex());
        }
    }

    private static dev.plinth.server.core.ResponseBody emptyBody() {
        return dev.plinth.server.core.ResponseBody.EMPTY;
    }

    @Test
    void allWaitingProposalsShareOneSync() {
        try (OneMember member = member(1, true)) {
            member.settle();
            int before = log.syncs();
            for (int i = 0; i < 100; i++) {
                member.propose();
            }
            member.settle();
            assertThat(member.appliedIds).hasSize(100);
            assertThat(log.syncs() - before).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsAnsweredWhenTheSyncFails(boolean drivesWorkers) {
        try (OneMember member = member(1, drivesWorkers)) {
            member.settle();
            OneMember.Outcome lost = member.propose();
            log.failFromNowOn();
            assertThatThrownBy(member::settle)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("input/output error");
            assertThat(lost.isOpen()).isTrue();
        }
    }

    @Test
    void restartAppliesOnlyWhatTheDatabaseDoesNotHold() {
        List<Long> before;
        try (OneMember member = member(1, true)) {
            member.settle();
            member.propose();
            member.settle();
            member.backend.forceCommit();
            member.propose();
            member.propose();
            member.settle();
            before = List.copyOf(member.appliedIds);
        }
        try (OneMember member = new OneMember(dir.resolve("db"), log, 0, true)) {
            member.settle();
            // The close of the database was a checkpoint, so nothing is applied twice.
            assertThat(member.appliedIds).isEmpty();
            OneMember.Outcome next = member.propose();
            member.settle();
            assertThat(next.isOpen()).isFalse();
            assertThat(before).hasSize(3);
            assertThat(member.consensus.member().members()).hasSize(1);
        }
    }

    @Test
    void lostDatabaseIsMadeAnewFromTheWholeLog() {
        List<Long> before;
        try (OneMember member = member(1, true)) {
            member.settle();
            member.propose();
            member.propose();
            member.settle();
            before = List.copyOf(member.appliedIds);
        }
        try (OneMember member = new OneMember(dir.resolve("other"), log, 0, true)) {
            member.settle();
            member.advance(3_000_000_000L);
            assertThat(member.appliedIds).isEqualTo(before);
            assertThat(member.consensus.member().members()).hasSize(1);
        }
    }

    @Test
    void proposalWithoutALeaderTimesOut() {
        try (OneMember member = member(2, true)) {
            member.settle();
            OneMember.Outcome outcome = member.propose();
            member.advance(OneMember.TIMEOUT_NANOS - 2 * OneMember.TICK_NANOS);
            assertThat(outcome.isOpen()).isTrue();
            member.advance(3 * OneMember.TICK_NANOS);
            assertThat(outcome.refusedWith()).isEqualTo(EtcdError.TIMEOUT);
        }
    }

    @Test
    void stopEndsAllWaitsAndRefusesWhatComesAfter() {
        try (OneMember member = member(2, true)) {
            member.settle();
            OneMember.Outcome waiting = member.propose();
            member.consensus.close();
            OneMember.Outcome late = member.propose();
            for (OneMember.Outcome outcome : List.of(waiting, late)) {
                assertThat(outcome.refusedWith()).isEqualTo(EtcdError.STOPPED);
            }
        }
    }

    @Test
    void readOfAnOnlyVoterPassesAtOnceButNotBeforeItsTermIsApplied() {
        try (OneMember member = member(1, true)) {
            Recorder early = new Recorder();
            member.consensus.member().readBarrier(early);
            assertThat(early.calls).isEmpty();
            member.settle();
            member.advance(1_000_000_000L);
            assertThat(early.calls).containsExactly("passed");
            Recorder now = new Recorder();
            member.consensus.member().readBarrier(now);
            assertThat(now.calls).containsExactly("passed");
        }
    }

    @Test
    void readWithoutAQuorumTimesOut() {
        try (OneMember member = member(2, true)) {
            member.settle();
            Recorder read = new Recorder();
            member.consensus.member().readBarrier(read);
            member.advance(OneMember.TIMEOUT_NANOS + 1_000_000_000L);
            assertThat(read.calls).containsExactly("TIMEOUT");
        }
    }

    @Test
    void waitForAnAppliedIndexPassesOrTimesOut() {
        try (OneMember member = member(1, true)) {
            member.settle();
            long applied = member.consensus.member().appliedIndex();
            Recorder there = new Recorder();
            Recorder soon = new Recorder();
            Recorder never = new Recorder();
            member.consensus.member().awaitApplied(applied, 1_000_000_000L, there);
            member.consensus.member().awaitApplied(applied + 1, 1_000_000_000L, soon);
            member.consensus.member().awaitApplied(applied + 9, 1_000_000_000L, never);
            member.propose();
            member.settle();
            member.advance(2_000_000_000L);
            assertThat(there.calls).containsExactly("passed");
            assertThat(soon.calls).containsExactly("passed");
            assertThat(never.calls).containsExactly("TIMEOUT_WAITING_APPLIED");
        }
    }

    @Test
    void logIsReleasedOnlyBelowWhatTheDatabaseDurablyHolds() {
        try (OneMember member = member(1, true)) {
            member.settle();
            for (int i = 0; i < 40; i++) {
                member.propose();
                member.settle();
            }
            assertThat(log.snapshots()).isEmpty();
            assertThat(log.releasedTo()).isZero();
            member.backend.forceCommit();
            member.settle();
            long durable = member.backend.durableConsistentIndex();
            assertThat(log.snapshots())
                    .extracting(SnapshotMetadata::index)
                    .containsExactly(durable);
            assertThat(log.releasedTo()).isEqualTo(durable);
            assertThat(member.snapshotFiles).hasSize(1);
            assertThat(member.snapshotFiles.getFirst().metadata().confState().voters())
                    .containsExactly(OneMember.id(0));
        }
    }

    /**
     * So many entries are applied while a checkpoint takes its time that memory has let go of it.
     */
    @Test
    void snapshotsTermIsKnownWhenItsEntryIsNoLongerInMemory() {
        try (OneMember member = member(1, true)) {
            member.settle();
            for (int i = 0; i < 20; i++) {
                member.propose();
                member.settle();
            }
            long now = 10_000_000_000L;
            var committer = member.backend.committer();
            assertThat(committer.doFlushes(now) + committer.doFlushes(2 * now)).isPositive();
            long flushed = member.consensus.member().appliedIndex();
            for (int i = 0; i < 2 * OneMember.CATCH_UP_BYTES / 100_000; i++) {
                member.proposeBytes(100_000);
                member.settle();
            }
            assertThat(committer.doCheckpoints(now) + committer.doCheckpoints(2 * now))
                    .isPositive();
            member.settle();
            assertThat(log.snapshots())
                    .containsExactly(
                            new SnapshotMetadata(
                                    member.membership.view().confState(),
                                    flushed,
                                    member.consensus.member().raftTerm()));
        }
    }

    @Test
    void entriesInMemoryAreBoundedInBytes() {
        int entryBytes = 100_000;
        long bound = OneMember.CATCH_UP_BYTES * 9 / 8;
        try (OneMember member = member(1, true)) {
            member.settle();
            for (int i = 0; i < 50; i++) {
                OneMember.Outcome outcome = member.proposeBytes(entryBytes);
                member.settle();
                assertThat(outcome.result).isNotNull();
                assertThat(member.consensus.logMemoryBytes()).isLessThanOrEqualTo(bound);
            }
            // Some are kept all the same, and what is not applied yet is never dropped.
            assertThat(member.consensus.logMemoryBytes())
                    .isGreaterThan(OneMember.CATCH_UP_BYTES / 2);
            for (int i = 0; i < 30; i++) {
                member.proposeBytes(entryBytes);
            }
            member.settle();
            assertThat(member.appliedIds).hasSize(80);
            assertThat(member.consensus.logMemoryBytes()).isLessThanOrEqualTo(bound);
        }
    }
}
