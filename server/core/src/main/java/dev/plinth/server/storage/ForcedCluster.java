package dev.plinth.server.storage;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.ConfChangeType;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.HardState;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.raft.WireForm;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Makes a member the only one of its cluster ({@code --force-new-cluster}): entries that were never
 * committed are dropped, and changes that remove all others are written behind the rest as
 * committed. Member and cluster keep their ids.
 *
 * <p>Source: walio.md 9.1.
 */
public final class ForcedCluster {
    private final WireForm form;
    private final Log log;

    public ForcedCluster(WireForm form, Log log) {
        this.form = form;
        this.log = log;
    }

    /**
     * Writes the changes durably.
     *
     * @param appliedIndex what the database holds
     * @param members the members that the database holds
     * @return the log as it is then
     */
    public FoundLog apply(FoundLog found, long appliedIndex, ClusterView members)
            throws StartException {
        long commit =
                Math.max(Math.max(found.state().commit(), appliedIndex), found.snapshotIndex());
        List<Entry> kept = new ArrayList<>();
        for (Entry entry : found.entries()) {
            if (entry.index() <= commit) {
                kept.add(entry);
            }
        }
        if (kept.size() < found.entries().size()) {
            log.info(
                    "discarding uncommitted WAL entries",
                    "entry-index",
                    commit + 1,
                    "commit-index-from-wal",
                    commit,
                    "number-of-discarded-entries",
                    found.entries().size() - kept.size());
        }
        try {
            List<Entry> added = changes(found, commit, ids(kept, appliedIndex, members));
            found.log().append(added);
            long last = added.isEmpty() ? commit : added.getLast().index();
            HardState state = new HardState(found.state().term(), found.state().vote(), last);
            found.log().saveState(state);
            found.log().sync();
            log.info(
                    "forcing restart member",
                    "cluster-id",
                    MemberIds.text(found.metadata().clusterId()),
                    "local-member-id",
                    MemberIds.text(found.metadata().memberId()),
                    "wal-commit-index",
                    commit,
                    "commit-index",
                    last);
            kept.addAll(added);
            return found.with(state, kept);
        } catch (IOException | RaftDecodeException e) {
            throw new StartException("cannot force a new cluster: " + e.getMessage(), e);
        }
    }

    /** Who is a member when all that is kept has been applied. */
    private static SortedSet<Long> ids(List<Entry> kept, long appliedIndex, ClusterView members)
            throws RaftDecodeException {
        SortedSet<Long> ids = new TreeSet<>(Long::compareUnsigned);
        ids.addAll(members.members().keySet());
        for (Entry entry : kept) {
            if (entry.index() <= appliedIndex || entry.type() != EntryType.CONF_CHANGE) {
                continue;
            }
            ConfChange change = ConfChange.decode(entry.data());
            switch (change.type()) {
                case ADD_NODE, ADD_LEARNER_NODE -> ids.add(change.nodeId());
                case REMOVE_NODE -> ids.remove(change.nodeId());
                case UPDATE_NODE -> {}
            }
        }
        return ids;
    }

    private List<Entry> changes(FoundLog found, long commit, SortedSet<Long> ids) {
        long self = found.metadata().memberId();
        List<ConfChange> changes = new ArrayList<>();
        if (!ids.contains(self)) {
            ClusterMember member =
                    new ClusterMember(self, "", List.of("http://localhost:2380"), List.of(), false);
            changes.add(
                    new ConfChange(
                            0,
                            ConfChangeType.ADD_NODE,
                            self,
                            Bytes.utf8(MemberJson.write(member))));
        }
        for (long id : ids) {
            if (id != self) {
                changes.add(ConfChange.of(ConfChangeType.REMOVE_NODE, id));
            }
        }
        List<Entry> entries = new ArrayList<>();
        for (ConfChange change : changes) {
            entries.add(
                    Entry.of(
                            found.state().term(),
                            commit + 1 + entries.size(),
                            EntryType.CONF_CHANGE,
                            Bytes.wrap(change.toBytes(form))));
        }
        return entries;
    }
}
