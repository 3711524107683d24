package dev.plinth.server.boot;

import dev.plinth.raft.Peer;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.storage.WalMetadata;
import java.util.List;

/**
 * What a member without a log is to become.
 *
 * @param identity its id and its cluster's
 * @param firstMembers the founders, by ascending id; empty when a cluster is joined
 * @param existing the members of the cluster that is joined, this one included; else empty
 */
record ClusterPlan(WalMetadata identity, List<Peer> firstMembers, List<ClusterMember> existing) {}
