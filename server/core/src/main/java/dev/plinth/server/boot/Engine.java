package dev.plinth.server.boot;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.raft.Peer;
import dev.plinth.server.apply.AlarmStore;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.storage.BackendOpener;
import dev.plinth.server.storage.BackendSlot;
import dev.plinth.server.storage.FoundLog;
import java.util.List;

/**
 * What was opened from disk.
 *
 * @param peers members of a new cluster; empty when the member is restarted or joins
 * @param existing members of the cluster that is joined, this one included; else empty
 */
record Engine(
        BackendSlot backend,
        BackendOpener opener,
        KeyValueStore store,
        Lessor lessor,
        AlarmStore alarms,
        Membership membership,
        FoundLog found,
        List<Peer> peers,
        List<ClusterMember> existing) {}
