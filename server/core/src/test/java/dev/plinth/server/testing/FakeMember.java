package dev.plinth.server.testing;

import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.core.RequestIds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member without a log: barriers pass at once, proposals are collected for the test to complete.
 */
public final class FakeMember implements LocalMember {
    private final RequestIds ids = new RequestIds(1, 1);

    public final List<Proposal> proposals = new ArrayList<>();
    public volatile long leader = 1;
    public volatile boolean learner;
    public volatile @Nullable String clusterVersion = "3.7.0";

    @Override
    public long memberId() {
        return 1;
    }

    @Override
    public long clusterId() {
        return 2;
    }

    @Override
    public long raftTerm() {
        return 3;
    }

    @Override
    public long leaderId() {
        return leader;
    }

    @Override
    public boolean isLearner() {
        return learner;
    }

    @Override
    public long committedIndex() {
        return 4;
    }

    @Override
    public long appliedIndex() {
        return 4;
    }

    @Override
    public String serverVersion() {
        return "3.7.1";
    }

    @Override
    public @Nullable String clusterVersion() {
        return clusterVersion;
    }

    @Override
    public @Nullable String storageVersion() {
        return "3.7.0";
    }

    @Override
    public @Nullable String downgradeTarget() {
        return null;
    }

    @Override
    public List<ClusterMember> members() {
        return List.of(
                new ClusterMember(
                        1, "m", List.of("http://h:2380"), List.of("http://h:2379"), false));
    }

    @Override
    public long nextRequestId() {
        return ids.next();
    }

    @Override
    public void propose(Proposal proposal) {
        proposals.add(proposal);
    }

    @Override
    public void readBarrier(Barrier barrier) {
        barrier.passed();
    }

    @Override
    public void awaitApplied(long index, long timeoutNanos, Barrier barrier) {
        barrier.passed();
    }

    @Override
    public void ensureLeadership(Barrier barrier) {
        barrier.passed();
    }
}
