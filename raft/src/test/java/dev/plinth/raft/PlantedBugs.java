package dev.plinth.raft;

import dev.plinth.raft.quorum.IdSet;
import dev.plinth.raft.quorum.JointConfig;
import dev.plinth.raft.quorum.Majority;
import dev.plinth.raft.quorum.QuorumBugs;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Wrong versions of single decisions of the core. Each takes the place of a method in a copy of the
 * classes that a loader of its own patches ({@link MutantLoader}), so that production code knows
 * nothing of them; the simulator has to find each.
 */
final class PlantedBugs {
    /**
     * A bug: the method that is replaced, by the static method here that has the same name as the
     * constant in lower camel case.
     */
    enum Bug {
        LEARNER_COUNTS_IN_QUORUM(ProgressTracker.class, "committedIndex"),
        OLD_TERM_COMMITTED_BY_COUNT(RaftLog.class, "maybeCommit"),
        VOTES_TWICE(Raft.class, "canVoteFor"),
        LOG_CHECK_IGNORED_IN_VOTE(RaftLog.class, "isUpToDate"),
        UNSYNCED_ENTRY_APPLIED(RaftLog.class, "maxAppliableIndex"),
        ACKNOWLEDGED_BEFORE_SYNC(Raft.class, "waitsForAppend"),
        VOTED_BEFORE_SYNC(Raft.class, "waitsForAppend"),
        VOTE_NOT_STORED(Raft.class, "hardState"),
        PREVIOUS_ENTRY_NOT_CHECKED(RaftLog.class, "maybeAppend"),
        STALE_APPEND_TRUNCATES(RaftLog.class, "maybeAppend"),
        CONFLICT_NOT_OVERWRITTEN(RaftLog.class, "findConflict"),
        HEARTBEAT_COMMITS_BEYOND_MATCH(LeaderSteps.class, "heartbeatCommit"),
        READ_WITHOUT_HEARTBEAT_ROUND(RaftConfig.class, "readOnlyOption"),
        READ_BEFORE_COMMIT_IN_TERM(LeaderSteps.class, "hasCommittedInTerm"),
        TWO_UNAPPLIED_CONF_CHANGES(LeaderSteps.class, "confChangeRefusal"),
        JOINT_COMMIT_BY_INCOMING_ALONE(JointConfig.class, "committedIndex"),
        ELECTED_BY_MINORITY(Majority.class, "voteResult");

        final Class<?> target;
        final String method;

        Bug(Class<?> target, String method) {
            this.target = target;
            this.method = method;
        }

        /** Where the wrong decision is: beside what it replaces, since that may not be public. */
        Class<?> holder() {
            return target.getPackageName().equals(PlantedBugs.class.getPackageName())
                    ? PlantedBugs.class
                    : QuorumBugs.class;
        }

        /** Name of the static method with the wrong decision. */
        String replacement() {
            StringBuilder name = new StringBuilder();
            for (String word : name().split("_", -1)) {
                name.append(word.charAt(0))
                        .append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
            }
            name.setCharAt(0, Character.toLowerCase(name.charAt(0)));
            return name.toString();
        }
    }

    private PlantedBugs() {}

    /** As many acknowledgements as a majority of the voters has members, learners' among them. */
    static long learnerCountsInQuorum(ProgressTracker tracker) {
        IdSet voters = tracker.config().voters().incoming();
        long[] matches =
                LongStream.concat(
                                voters.toList().stream().mapToLong(Long::longValue),
                                tracker.config().learners().toList().stream()
                                        .mapToLong(Long::longValue))
                        .map(id -> {
                            Progress p = tracker.progress().get(id);
                            return p == null ? 0 : p.match();
                        })
                        .toArray();
        Arrays.sort(matches);
        return voters.isEmpty() ? 0 : matches[matches.length - voters.size() / 2 - 1];
    }

    static boolean oldTermCommittedByCount(RaftLog log, long index, long term) {
        if (index <= log.committed() || index > log.lastIndex()) {
            return false;
        }
        log.commitTo(index);
        return true;
    }

    static boolean votesTwice(Raft raft, Message m) {
        return true;
    }

    static boolean logCheckIgnoredInVote(RaftLog log, long term, long index) {
        return true;
    }

    static long unsyncedEntryApplied(RaftLog log, boolean allowUnstable) {
        return log.committed();
    }

    static boolean acknowledgedBeforeSync(Raft raft, MessageType type) {
        return raft.role == Role.LEADER
                ? type == MessageType.APP_RESP
                : type == MessageType.VOTE_RESP || type == MessageType.PRE_VOTE_RESP;
    }

    static boolean votedBeforeSync(Raft raft, MessageType type) {
        return raft.role == Role.FOLLOWER
                ? type == MessageType.APP_RESP
                : type == MessageType.APP_RESP
                        || type == MessageType.VOTE_RESP
                        || type == MessageType.PRE_VOTE_RESP;
    }

    static HardState voteNotStored(Raft raft) {
        return new HardState(raft.term, 0, raft.log.committed());
    }

    static boolean previousEntryNotChecked(
            RaftLog log, long prevIndex, long prevTerm, List<Entry> entries, long leaderCommit) {
        if (prevIndex > log.lastIndex()) {
            return false;
        }
        long conflict = log.findConflict(entries);
        if (conflict != 0) {
            log.append(entries.subList((int) (conflict - prevIndex - 1), entries.size()));
        }
        log.commitTo(Math.min(leaderCommit, prevIndex + entries.size()));
        return true;
    }

    /** Takes every append as the newest, and cuts off what a newer one brought before it. */
    static boolean staleAppendTruncates(
            RaftLog log, long prevIndex, long prevTerm, List<Entry> entries, long leaderCommit) {
        if (!log.matchTerm(prevIndex, prevTerm)) {
            return false;
        }
        long last = prevIndex + entries.size();
        if (!entries.isEmpty() && prevIndex >= log.committed()) {
            log.append(entries);
        }
        log.commitTo(Math.min(leaderCommit, last));
        return true;
    }

    static long conflictNotOverwritten(RaftLog log, List<Entry> entries) {
        for (Entry entry : entries) {
            if (entry.index() > log.lastIndex()) {
                return entry.index();
            }
        }
        return 0;
    }

    static long heartbeatCommitsBeyondMatch(LeaderSteps leader, Progress progress) {
        return leader.raft().log.committed();
    }

    static ReadOnlyOption readWithoutHeartbeatRound(RaftConfig config) {
        return ReadOnlyOption.LEASE_BASED;
    }

    static boolean readBeforeCommitInTerm(LeaderSteps leader) {
        return true;
    }

    static String twoUnappliedConfChanges(LeaderSteps leader, ConfChangeV2 change) {
        boolean joint = leader.raft().tracker.config().voters().isJoint();
        return joint == change.changes().isEmpty() ? "" : "does not fit";
    }
}
