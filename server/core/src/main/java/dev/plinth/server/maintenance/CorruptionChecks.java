package dev.plinth.server.maintenance;

import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.mvcc.HashResult;
import dev.plinth.mvcc.MvccException;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.MemberHash;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Compares the keys of the members, which have to be the same at the same revision: at the start of
 * a member, and on the leader from time to time. A member that differs gets the alarm CORRUPT,
 * which stays until an operator takes it away.
 *
 * <p>Blocks; not for a loop's thread. One check at a time. Source: apply-lease-auth.md 13.
 */
public final class CorruptionChecks {
    private static final String REMEDY =
            "remove the member that differs and add it again with an empty folder; plinth util hashkv"
                    + " on stopped members tells which";

    /** This member's keys. */
    public interface Keys {
        /** Hashes them as of a revision; 0 for the current one. */
        HashResult hash(long revision) throws MvccException;

        /** Hashes that compactions have left, newest revision first. */
        List<HashResult> compactionHashes();
    }

    private final LocalMember member;
    private final Keys keys;
    private final PeerHashes peers;
    private final OwnProposals proposals;
    private final long timeoutNanos;
    private final Log log;
    private long lastCheckedRevision;

    /**
     * @param timeoutNanos longest wait for the confirmation that this member leads
     */
    public CorruptionChecks(
            LocalMember member, Keys keys, PeerHashes peers, long timeoutNanos, Log log) {
        this.member = member;
        this.keys = keys;
        this.peers = peers;
        this.proposals = new OwnProposals(member);
        this.timeoutNanos = timeoutNanos;
        this.log = log;
    }

    /** Before a restarted member serves: whether no other member contradicts its keys. */
    public boolean isConsistentAtStart() throws InterruptedException, MvccException {
        HashResult own = keys.hash(0);
        boolean isConsistent = true;
        for (MemberHash other : peers.at(own.revision())) {
            if (other.compactRevision() == own.compactRevision() && other.hash() != own.hash()) {
                warnOfMismatch("found different hash values from remote peer", own, other);
                isConsistent = false;
            }
        }
        return isConsistent;
    }

    /** On the leader: compares the current keys. */
    public void checkCurrent() throws InterruptedException, MvccException {
        HashResult before = keys.hash(0);
        List<MemberHash> others = peers.at(before.revision());
        if (!isLeadershipConfirmed()) {
            return;
        }
        HashResult after = keys.hash(0);
        boolean isOwnChanged =
                after.hash() != before.hash()
                        && after.revision() == before.revision()
                        && after.compactRevision() == before.compactRevision();
        if (isOwnChanged) {
            log.warn("found hash mismatch", "revision", before.revision(), "remedy", REMEDY);
            raiseAlarm(member.memberId());
            return;
        }
        for (MemberHash other : others) {
            String complaint = complaint(other, before, after);
            if (complaint != null) {
                warnOfMismatch(complaint, before, other);
                raiseAlarm(other.memberId());
                return;
            }
        }
        log.info("finished peer corruption check", "number-of-peers-checked", others.size());
    }

    private static @Nullable String complaint(
            MemberHash other, HashResult before, HashResult after) {
        if (other.currentRevision() > after.currentRevision()) {
            return "revision from follower must be less than or equal to leader's";
        }
        if (other.compactRevision() > after.compactRevision()) {
            return "compact revision from follower must be less than or equal to leader's";
        }
        if (other.compactRevision() == before.compactRevision() && other.hash() != before.hash()) {
            return "same compact revision then hashes must match";
        }
        return null;
    }

    /** On the leader: compares what compactions hashed, which needs no hashing of all keys. */
    public void checkCompactions() throws InterruptedException {
        for (HashResult own : keys.compactionHashes()) {
            if (own.revision() <= lastCheckedRevision) {
                return;
            }
            List<MemberHash> comparable = new ArrayList<>();
            for (MemberHash other : peers.at(own.revision())) {
                if (other.compactRevision() == own.compactRevision()) {
                    comparable.add(other);
                }
            }
            if (comparable.stream().anyMatch(other -> other.hash() != own.hash())) {
                alarmMinority(own, comparable);
                return;
            }
            if (comparable.size() == peers.othersCount()) {
                lastCheckedRevision = own.revision();
                return;
            }
        }
    }

    private void alarmMinority(HashResult own, List<MemberHash> others) {
        Map<Long, List<Long>> membersByHash = new HashMap<>();
        membersByHash.computeIfAbsent(own.hash(), _ -> new ArrayList<>()).add(member.memberId());
        for (MemberHash other : others) {
            membersByHash
                    .computeIfAbsent(other.hash(), _ -> new ArrayList<>())
                    .add(other.memberId());
            if (other.hash() != own.hash()) {
                warnOfMismatch("found different hash of a compaction", own, other);
            }
        }
        int quorum = (peers.othersCount() + 1) / 2 + 1;
        boolean hasQuorum = membersByHash.values().stream().anyMatch(ids -> ids.size() >= quorum);
        if (!hasQuorum) {
            log.error("no quorum of members has the same hash", "revision", own.revision());
            raiseAlarm(0);
            return;
        }
        membersByHash.values().stream()
                .filter(ids -> ids.size() < quorum)
                .forEach(ids -> ids.forEach(this::raiseAlarm));
    }

    private boolean isLeadershipConfirmed() throws InterruptedException {
        CompletableFuture<Boolean> confirmed = new CompletableFuture<>();
        member.readBarrier(
                new Barrier() {
                    @Override
                    public void passed() {
                        confirmed.complete(true);
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        confirmed.complete(false);
                    }
                });
        try {
            return confirmed.get(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return false;
        }
    }

    private void warnOfMismatch(String message, HashResult own, MemberHash other) {
        log.warn(
                message,
                "local-member-id",
                MemberIds.text(member.memberId()),
                "local-member-revision",
                own.revision(),
                "local-member-compact-revision",
                own.compactRevision(),
                "local-member-hash",
                own.hash(),
                "remote-peer-id",
                MemberIds.text(other.memberId()),
                "remote-peer-revision",
                other.currentRevision(),
                "remote-peer-compact-revision",
                other.compactRevision(),
                "remote-peer-hash",
                other.hash());
    }

    private void raiseAlarm(long memberId) {
        AlarmRequest alarm =
                AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setMemberID(memberId)
                        .setAlarm(AlarmType.CORRUPT)
                        .build();
        proposals.propose(
                InternalRaftRequest.ALARM_FIELD_NUMBER,
                alarm,
                failure -> {
                    if (failure == null) {
                        log.warn(
                                "alarm raised: the member's keys differ",
                                "member-id",
                                MemberIds.text(memberId),
                                "remedy",
                                REMEDY);
                    } else {
                        log.warn(
                                "alarm of corruption not raised",
                                "member-id",
                                MemberIds.text(memberId),
                                "error",
                                String.valueOf(failure.getMessage()));
                    }
                });
    }
}
