package dev.plinth.server.consensus;

import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.ReplicationState;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/**
 * Keeps the log from being cut away under followers that are sent a snapshot: what was written
 * while it was on its way is what they ask for next, and without it they would need another one,
 * for ever if writes never cease. A follower is waited for until it is no further behind than any
 * other may be, or has been silent for several looks. One thread.
 */
final class CatchUpHolds {
    /**
     * More than the looks within one heartbeat interval, at whose ends all are taken for silent.
     */
    private static final int SILENT_LOOKS_MAX = 10;

    private final Map<Long, Integer> silentLooks = new HashMap<>();

    /**
     * The entry up to which the log may be cut for these followers' sake.
     *
     * @param progress what the leader knows of the members; empty on others
     * @param cutIndex where it would be cut without them
     */
    long floor(SortedMap<Long, ProgressStatus> progress, long cutIndex) {
        silentLooks.keySet().retainAll(progress.keySet());
        long floor = cutIndex;
        for (Map.Entry<Long, ProgressStatus> member : progress.entrySet()) {
            ProgressStatus known = member.getValue();
            if (isWaitedFor(member.getKey(), known, cutIndex)) {
                floor = Math.min(floor, Math.max(known.match(), known.pendingSnapshot()));
            }
        }
        return floor;
    }

    private boolean isWaitedFor(long id, ProgressStatus known, long cutIndex) {
        if (known.state() == ReplicationState.SNAPSHOT) {
            silentLooks.put(id, 0);
            return true;
        }
        Integer looks = silentLooks.get(id);
        if (looks == null) {
            return false;
        }
        int silent = known.recentActive() ? 0 : looks + 1;
        if (known.match() >= cutIndex || silent > SILENT_LOOKS_MAX) {
            silentLooks.remove(id);
            return false;
        }
        silentLooks.put(id, silent);
        return true;
    }
}
