package dev.plinth.server.peer;

import dev.plinth.server.consensus.MessageReceiver;
import dev.plinth.server.log.Log;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What the parts of a peer share.
 *
 * @param self this member
 * @param dialer opens connections
 * @param http sends single requests
 * @param receiver gets what arrives, and the losses
 * @param removed runs when a peer says that this member is no longer one
 * @param snapshots what is sent to a member that is too far behind
 * @param snapshotBytesPerSecond at which one is sent at most; 0 for as fast as it goes
 * @param transfers runs long transfers that may block; platform threads
 * @param metrics where the traffic is counted
 * @param nanoClock monotonic time
 * @param log where lines go
 */
record PeerSurroundings(
        PeerIdentity self,
        PeerDialer dialer,
        PeerHttp http,
        MessageReceiver receiver,
        Runnable removed,
        SnapshotSource snapshots,
        long snapshotBytesPerSecond,
        Executor transfers,
        NetworkMetrics metrics,
        LongSupplier nanoClock,
        Log log) {}
