package dev.plinth.server.cluster;

import dev.plinth.raft.ConfState;
import dev.plinth.server.core.ClusterMember;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The cluster at one moment. Immutable.
 *
 * @param members by id, in ascending unsigned order
 * @param removed ids that may never come back
 * @param version what the cluster has agreed on, such as {@code 3.7.0}; null before it has
 * @param downgradeTarget version of a running downgrade, null if none runs
 */
public record ClusterView(
        NavigableMap<Long, ClusterMember> members,
        Set<Long> removed,
        @Nullable String version,
        @Nullable String downgradeTarget) {

    static final ClusterView EMPTY =
            new ClusterView(Collections.emptyNavigableMap(), Set.of(), null, null);

    /** All members by ascending id. */
    public List<ClusterMember> list() {
        return List.copyOf(members.values());
    }

    /** Voters and learners as raft wants them. */
    public ConfState confState() {
        List<Long> voters = new ArrayList<>();
        List<Long> learners = new ArrayList<>();
        for (ClusterMember member : members.values()) {
            (member.isLearner() ? learners : voters).add(member.id());
        }
        return ConfState.of(voters, learners);
    }

    /** Members without a vote. */
    public long learnerCount() {
        return members.values().stream().filter(ClusterMember::isLearner).count();
    }

    ClusterView withMember(ClusterMember member) {
        NavigableMap<Long, ClusterMember> changed = copy();
        changed.put(member.id(), member);
        return new ClusterView(
                Collections.unmodifiableNavigableMap(changed), removed, version, downgradeTarget);
    }

    ClusterView withoutMember(long id) {
        NavigableMap<Long, ClusterMember> changed = copy();
        changed.remove(id);
        Set<Long> gone = new TreeSet<>(removed);
        gone.add(id);
        return new ClusterView(
                Collections.unmodifiableNavigableMap(changed),
                Collections.unmodifiableSet(gone),
                version,
                downgradeTarget);
    }

    ClusterView withRemoved(long id) {
        Set<Long> gone = new TreeSet<>(removed);
        gone.add(id);
        return new ClusterView(
                members, Collections.unmodifiableSet(gone), version, downgradeTarget);
    }

    ClusterView withVersion(String newVersion) {
        return new ClusterView(members, removed, newVersion, downgradeTarget);
    }

    ClusterView withDowngrade(@Nullable String target) {
        return new ClusterView(members, removed, version, target);
    }

    private NavigableMap<Long, ClusterMember> copy() {
        NavigableMap<Long, ClusterMember> copy = new TreeMap<>(Long::compareUnsigned);
        copy.putAll(members);
        return copy;
    }
}
