package dev.plinth.server.boot;

import dev.plinth.raft.WireForm;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.consensus.MessageReceiver;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.peer.HashEndpoint;
import dev.plinth.server.peer.LeaseEndpoint;
import dev.plinth.server.peer.MemberEndpoints;
import dev.plinth.server.peer.NettyPeerTransport;
import dev.plinth.server.peer.NetworkMetrics;
import dev.plinth.server.peer.PeerDialer;
import dev.plinth.server.peer.PeerIdentity;
import dev.plinth.server.peer.PeerListener;
import dev.plinth.server.peer.PeerRouter;
import dev.plinth.server.peer.PromotionEndpoint;
import dev.plinth.server.peer.RejoinEndpoint;
import dev.plinth.server.peer.SnapshotSink;
import dev.plinth.server.peer.SnapshotSource;
import dev.plinth.server.rpc.Transport;
import dev.plinth.server.storage.WalFiles;
import dev.plinth.walio.io.Clock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;

/** This member's side of the traffic with the others: its transport and its listeners. */
final class PeerPort {
    private final ServerConfig config;
    private final Transport sockets;
    private final PeerSecurity security;
    private final NetworkMetrics metrics;
    private final Clock clock;
    private final Log log;

    PeerPort(
            ServerConfig config,
            Transport sockets,
            PeerSecurity security,
            Metrics metrics,
            Clock clock,
            Log log) {
        this.config = config;
        this.sockets = sockets;
        this.security = security;
        this.metrics = new NetworkMetrics(metrics);
        this.clock = clock;
        this.log = log;
    }

    /** Opens connections with the member's timeouts. */
    PeerDialer dialer() {
        return new PeerDialer(
                sockets.group(),
                sockets.socketChannel(),
                (int) Math.min(Integer.MAX_VALUE, 1000 + config.raft().electionMillis()),
                security.dialing());
    }

    /**
     * Makes the transport; it has no peers yet.
     *
     * @param removed runs when a peer says that this member is no longer one
     * @param transfers runs snapshots in both directions
     */
    NettyPeerTransport transport(
            Membership membership,
            MessageReceiver receiver,
            Runnable removed,
            SnapshotSource snapshots,
            Executor transfers) {
        WireForm form = WalFiles.form(config.compat());
        PeerIdentity self =
                new PeerIdentity(
                        membership.localId(),
                        membership.clusterId(),
                        config.compat().release(),
                        form,
                        () -> ownUrls(membership.view(), membership.localId()));
        return new NettyPeerTransport(
                self,
                dialer(),
                receiver,
                removed,
                snapshots,
                config.raft().snapshotBytesPerSecond(),
                transfers,
                metrics,
                clock::monotonicNanos,
                clock::wallMillis,
                log);
    }

    private List<String> ownUrls(ClusterView view, long localId) {
        ClusterMember self = view.members().get(localId);
        return self == null ? ListenUrl.texts(config.cluster().advertisePeer()) : self.peerUrls();
    }

    /** Listens for the others. */
    void serve(
            Member member,
            LocalMember local,
            NettyPeerTransport transport,
            SnapshotSink snapshots,
            LeaseCalls leases,
            PromotionEndpoint promotions,
            HashEndpoint hashes,
            RejoinEndpoint rejoins)
            throws StartException {
        PeerRouter router =
                new PeerRouter(
                        transport,
                        snapshots,
                        new MemberEndpoints(local, clock::wallMillis),
                        new LeaseEndpoint(local, leases),
                        promotions,
                        hashes,
                        rejoins);
        for (ListenUrl url : config.listeners().peer()) {
            if (url.isUnix()) {
                continue;
            }
            try {
                PeerListener listener =
                        PeerListener.start(
                                PortCheck.address(url),
                                sockets.group(),
                                sockets.serverChannel(),
                                url.isSecure() ? security.listening() : null,
                                router);
                member.onClose(
                        "peer listener",
                        () -> {
                            log.info("stopping serving peer traffic", "address", url.address());
                            listener.close();
                            log.info("stopped serving peer traffic", "address", url.address());
                        });
                log.info("serving peer traffic", "address", url.address());
            } catch (IOException e) {
                throw new StartException(PortCheck.failure(url, e), e);
            }
        }
    }
}
