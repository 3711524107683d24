package dev.plinth.raft.sim;

import dev.plinth.raft.ConfState;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.HardState;
import dev.plinth.raft.MemoryStorage;
import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.RaftConfig;
import dev.plinth.raft.StorageException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * What must hold in all runs, over all members and all of their lives:
 *
 * <ol>
 *   <li>Election safety: at most one leader in a term.
 *   <li>Leader append-only: what a leader hands out for storing follows on what it handed out
 *       before.
 *   <li>Log matching: an entry of one index and term has one content and one predecessor
 *       everywhere.
 *   <li>Leader completeness: what was committed is in the log of every later leader.
 *   <li>State machine safety: at one index everybody applies the same, after the same history.
 * </ol>
 *
 * and besides: a leader is elected by a quorum and commits only entries of its own term that a
 * quorum has stored; terms, votes, commit and applied indexes only move on; promises are stored
 * before they leave; only stored entries are applied; a read index is not older than what was
 * committed when the read began.
 */
final class SafetyChecks {
    /** Finds the disk of a member. */
    interface Disks {
        MemoryStorage storageOf(long id);
    }

    private final Disks members;
    private final Map<Long, Long> leaderOfTerm = new HashMap<>();
    private final Map<Long, Long> contentOfEntry = new HashMap<>();
    private final Map<Long, Long> voteOfMemberInTerm = new HashMap<>();
    private long[] committedTerms = new long[256];

    /** Term of the leader under whom the entry of an index was committed, which may be younger. */
    private long[] committedIn = new long[256];

    private long[] appliedHashes = new long[256];
    private long committedMax;
    private long commitSeenMax;

    SafetyChecks(Disks members) {
        this.members = members;
    }

    /** The highest index that any member ever knew to be committed. */
    long commitSeenMax() {
        return commitSeenMax;
    }

    /** A member knows of a commit index. */
    void commitSeen(long index) {
        commitSeenMax = Math.max(commitSeenMax, index);
    }

    /**
     * A member became leader: nobody else leads the term, and a quorum of its configuration voted
     * for it.
     */
    void becameLeader(SimMember member, long term, ConfState conf) {
        Long other = leaderOfTerm.putIfAbsent(term, member.id());
        if (other != null && other != member.id()) {
            throw new Violation(
                    "election safety",
                    "members " + other + " and " + member.id() + " lead term " + term);
        }
        LongPredicate votedForIt =
                id -> {
                    HardState own = member.storage().hardState();
                    return id == member.id()
                            ? own.term() == term && own.vote() == id
                            : Long.valueOf(member.id())
                                    .equals(voteOfMemberInTerm.get(key(id, term)));
                };
        if (!isQuorum(conf, votedForIt)) {
            throw new Violation(
                    "elected by quorum", "member " + member.id() + " leads term " + term);
        }
    }

    /**
     * A leader's commit index moved: to an entry of its own term, which a quorum of its
     * configuration has stored.
     */
    void leaderCommits(SimMember member, long index, long termOfEntry, long term, ConfState conf) {
        if (termOfEntry != term) {
            throw new Violation(
                    "own term committed",
                    "the leader of term "
                            + term
                            + " commits entry "
                            + index
                            + " of term "
                            + termOfEntry);
        }
        LongPredicate storedIt =
                id -> {
                    MemoryStorage storage = members.storageOf(id);
                    return index < storage.firstIndex() || termOf(storage, index) == term;
                };
        if (!isQuorum(conf, storedIt)) {
            throw new Violation(
                    "committed by quorum",
                    "member " + member.id() + " commits " + index + " in " + conf);
        }
        if (index >= committedIn.length) {
            committedIn = Arrays.copyOf(committedIn, (int) index * 2);
        }
        for (int i = (int) index; i > 0 && committedIn[i] == 0; i--) {
            committedIn[i] = term;
        }
    }

    static boolean isQuorum(ConfState conf, LongPredicate has) {
        return isMajority(conf.voters(), has)
                && (conf.votersOutgoing().isEmpty() || isMajority(conf.votersOutgoing(), has));
    }

    private static boolean isMajority(List<Long> ids, LongPredicate has) {
        return 2 * ids.stream().filter(has::test).count() > ids.size();
    }

    /**
     * A member has stored entries. Where a new term begins in its log, the leader of that term had
     * everything before it: all that was committed in older terms must be there.
     */
    void stored(SimMember member, List<Entry> entries) {
        MemoryStorage storage = member.storage();
        for (Entry entry : entries) {
            if (termOf(storage, entry.index() - 1) != entry.term()) {
                checkComplete(member, entry.index(), entry.term());
            }
        }
    }

    private void checkComplete(SimMember member, long firstOfTerm, long term) {
        MemoryStorage storage = member.storage();
        long last = Math.min(committedMax, committedIn.length - 1);
        for (long i = storage.firstIndex(); i <= last; i++) {
            long entryTerm = committedTerms[(int) i];
            long inTerm = committedIn[(int) i];
            if (entryTerm == 0 || inTerm == 0 || inTerm >= term) {
                // Committed later than that leader was elected: it need not have had it.
                continue;
            }
            if (i >= firstOfTerm || termOf(storage, i) != entryTerm) {
                throw new Violation(
                        "leader completeness",
                        "the leader of term "
                                + term
                                + " lacked entry "
                                + i
                                + " of term "
                                + entryTerm
                                + ", committed in term "
                                + inTerm
                                + "; seen at member "
                                + member.id());
            }
        }
    }

    private static long termOf(MemoryStorage storage, long index) {
        try {
            return storage.term(index);
        } catch (StorageException e) {
            return -1;
        }
    }

    /** Entries are about to be stored by a member. */
    void storing(SimMember member, List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        Entry first = entries.get(0);
        long previousTerm = termOf(member.storage(), first.index() - 1);
        for (Entry entry : entries) {
            long content = contentHash(entry) * 31 + previousTerm;
            if (previousTerm >= 0) {
                Long other = contentOfEntry.putIfAbsent(key(entry.index(), entry.term()), content);
                if (other != null && other != content) {
                    throw new Violation(
                            "log matching",
                            "entry "
                                    + entry.index()
                                    + " of term "
                                    + entry.term()
                                    + " differs at member "
                                    + member.id());
                }
            }
            if (entry.term() < previousTerm) {
                throw new Violation(
                        "log order", "term goes back at entry " + entry + " of " + member.id());
            }
            previousTerm = entry.term();
        }
    }

    private static long key(long index, long term) {
        return index << 24 | term;
    }

    static long contentHash(Entry entry) {
        long hash = entry.term() * 1_000_003 + entry.type().number();
        byte[] array = entry.dataArray();
        for (int i = 0; i < entry.dataLength(); i++) {
            hash = hash * 31 + array[entry.dataOffset() + i];
        }
        return hash;
    }

    /** A member hands out a committed entry. */
    void committed(SimMember member, Entry entry) {
        long index = entry.index();
        long term = entry.term();
        if (index >= committedTerms.length) {
            committedTerms = Arrays.copyOf(committedTerms, (int) index * 2);
        }
        if (committedTerms[(int) index] == 0) {
            committedTerms[(int) index] = term;
            committedMax = Math.max(committedMax, index);
        } else if (committedTerms[(int) index] != term) {
            throw new Violation(
                    "commit safety",
                    "member "
                            + member.id()
                            + " commits term "
                            + term
                            + " at index "
                            + index
                            + ", others term "
                            + committedTerms[(int) index]);
        }
    }

    /** A member applied up to an index; the hash covers all that it applied since the start. */
    void applied(SimMember member, long index, long hash) {
        if (index >= appliedHashes.length) {
            appliedHashes = Arrays.copyOf(appliedHashes, (int) index * 2);
        }
        if (appliedHashes[(int) index] == 0) {
            appliedHashes[(int) index] = hash;
        } else if (appliedHashes[(int) index] != hash) {
            throw new Violation(
                    "state machine safety",
                    "member " + member.id() + " differs at applied index " + index);
        }
    }

    /** An entry is about to be applied: it must be in the member's stored log. */
    void applying(SimMember member, Entry entry) {
        MemoryStorage storage = member.storage();
        if (entry.index() < storage.firstIndex()) {
            return;
        }
        if (entry.index() > storage.lastIndex() || termOf(storage, entry.index()) != entry.term()) {
            throw new Violation(
                    "applied is stored",
                    "member " + member.id() + " applies " + entry + ", which it has not stored");
        }
    }

    /** A hard state reaches the disk. */
    void storing(SimMember member, HardState before, HardState after) {
        if (after.term() < before.term()
                || (after.term() == before.term()
                        && before.vote() != 0
                        && before.vote() != after.vote())) {
            throw new Violation(
                    "hard state", "member " + member.id() + " stores " + after + " over " + before);
        }
    }

    /** A message leaves a member. */
    void sending(SimMember member, Message m) {
        if (m.type() == MessageType.VOTE_RESP && !m.reject()) {
            HardState stored = member.storage().hardState();
            if (stored.term() < m.term()
                    || (stored.term() == m.term() && stored.vote() != m.to())) {
                throw new Violation(
                        "vote is stored",
                        "member " + member.id() + " votes by " + m + " with " + stored + " stored");
            }
            Long other = voteOfMemberInTerm.putIfAbsent(key(member.id(), m.term()), m.to());
            if (other != null && other != m.to()) {
                throw new Violation(
                        "one vote",
                        "member "
                                + member.id()
                                + " votes for "
                                + m.to()
                                + " and "
                                + other
                                + " in term "
                                + m.term());
            }
        } else if (m.type() == MessageType.APP_RESP
                && !m.reject()
                // One of an older term may be overtaken by a newer leader's truncation in the same
                // write.
                && m.term() == member.storage().hardState().term()
                && m.index() > member.storage().lastIndex()) {
            throw new Violation(
                    "acknowledged is stored",
                    "member "
                            + member.id()
                            + " acknowledges "
                            + m.index()
                            + " with "
                            + member.storage().lastIndex()
                            + " stored");
        }
    }

    /** A leader hands a configuration change out for storing. */
    void leaderAppendsConfChange(SimMember member, long applied, List<Entry> entries) {
        long unapplied = 0;
        MemoryStorage storage = member.storage();
        long first = Math.max(applied + 1, storage.firstIndex());
        long stop = Math.min(storage.lastIndex() + 1, entries.get(0).index());
        if (first < stop) {
            try {
                unapplied = changesIn(storage.entries(first, stop, RaftConfig.NO_LIMIT));
            } catch (StorageException e) {
                throw new AssertionError(e);
            }
        }
        unapplied += changesIn(entries.stream().filter(e -> e.index() > applied).toList());
        if (unapplied > 1) {
            throw new Violation(
                    "one change at a time",
                    "member " + member.id() + " has " + unapplied + " unapplied changes");
        }
    }

    private static long changesIn(List<Entry> entries) {
        return entries.stream().filter(e -> e.type() != EntryType.NORMAL).count();
    }
}
