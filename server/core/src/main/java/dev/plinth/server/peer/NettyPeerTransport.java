package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.consensus.MessageReceiver;
import dev.plinth.server.consensus.PeerTransport;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.log.Log;
import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages between members in etcd's peer protocol.
 *
 * <p><em>Peers</em> are the members of the cluster. A <em>remote</em> is a member that this one has
 * only heard of: an existing member when this one joins, or a sender that is not known yet; it is
 * answered through the pipeline, so that a member that lags behind can follow a leader it does not
 * know.
 */
public final class NettyPeerTransport implements PeerTransport, AutoCloseable {
    private static final int REMOTES_MAX = 64;

    private final PeerSurroundings surroundings;
    private final Prober.WallClock wallClock;
    private final MessageGate gate;
    private final Map<Long, Peer> peers = new ConcurrentHashMap<>();
    private final Map<Long, Pipeline> remotes = new ConcurrentHashMap<>();
    private final Set<Long> knownMembers = new HashSet<>();
    private boolean isClosed;

    /**
     * @param removed runs when a peer says that this member is no longer one
     * @param snapshots what is sent to a member that is too far behind
     * @param snapshotBytesPerSecond at which one is sent at most; 0 for as fast as it goes
     * @param transfers runs long transfers that may block; platform threads
     * @param metrics where the traffic is counted
     * @param nanoClock monotonic time
     * @param wallMillis time of day
     */
    public NettyPeerTransport(
            PeerIdentity self,
            PeerDialer dialer,
            MessageReceiver receiver,
            Runnable removed,
            SnapshotSource snapshots,
            long snapshotBytesPerSecond,
            Executor transfers,
            NetworkMetrics metrics,
            LongSupplier nanoClock,
            LongSupplier wallMillis,
            Log log) {
        this.surroundings =
                new PeerSurroundings(
                        self,
                        dialer,
                        new PeerHttp(dialer),
                        receiver,
                        removed,
                        snapshots,
                        snapshotBytesPerSecond,
                        transfers,
                        metrics,
                        nanoClock,
                        log);
        this.wallClock = wallMillis::getAsLong;
        this.gate = new MessageGate(self.memberId(), log);
    }

    PeerSurroundings surroundings() {
        return surroundings;
    }

    MessageGate gate() {
        return gate;
    }

    @Override
    public void send(List<Message> messages) {
        for (Message message : messages) {
            long to = message.to();
            if (to == 0) {
                continue;
            }
            Peer peer = peers.get(to);
            if (peer != null) {
                peer.send(message);
                continue;
            }
            Pipeline remote = remotes.get(to);
            boolean isTaken =
                    remote != null && message.type() != MessageType.SNAP && remote.offer(message);
            if (!isTaken) {
                surroundings
                        .log()
                        .debug(
                                "ignored message send request; unknown remote peer target",
                                "type",
                                message.type().toString(),
                                "unknown-target-peer-id",
                                MemberIds.text(to));
            }
        }
    }

    @Override
    public synchronized void setMembers(ClusterView view) {
        if (isClosed) {
            return;
        }
        gate.setRemoved(Set.copyOf(view.removed()));
        showKnown(view);
        for (ClusterMember member : view.members().values()) {
            if (member.id() == surroundings.self().memberId() || member.peerUrls().isEmpty()) {
                continue;
            }
            Peer known = peers.get(member.id());
            if (known == null) {
                add(member);
            } else {
                known.update(member.peerUrls());
            }
        }
        for (long id : view.removed()) {
            Peer gone = peers.remove(id);
            if (gone != null) {
                gone.stop();
            }
        }
        if (view.removed().contains(surroundings.self().memberId())) {
            stopAll();
        }
    }

    /** Members are shown as 1; those that this process has seen and that are gone as 0. */
    private void showKnown(ClusterView view) {
        String self = MemberIds.text(surroundings.self().memberId());
        for (long id : view.members().keySet()) {
            knownMembers.add(id);
        }
        for (long id : knownMembers) {
            surroundings
                    .metrics()
                    .known
                    .with(self, MemberIds.text(id))
                    .set(view.members().containsKey(id) ? 1 : 0);
        }
    }

    /** Takes up the members of a cluster that is joined, before the log tells of them. */
    public synchronized void join(List<ClusterMember> existing) {
        for (ClusterMember member : existing) {
            if (member.id() != surroundings.self().memberId()) {
                addRemote(member.id(), member.peerUrls());
                add(member);
            }
        }
    }

    private void add(ClusterMember member) {
        Peer peer = new Peer(member.id(), member.peerUrls(), surroundings, gate, wallClock);
        peers.put(member.id(), peer);
        peer.start();
        surroundings
                .log()
                .info(
                        "added remote peer",
                        "local-member-id",
                        MemberIds.text(surroundings.self().memberId()),
                        "remote-peer-id",
                        MemberIds.text(member.id()),
                        "remote-peer-urls",
                        member.peerUrls());
    }

    /** Notes where a sender is reached that is no member yet, as far as this one knows. */
    synchronized void addRemote(long id, List<String> urls) {
        if (isClosed
                || urls.isEmpty()
                || id == surroundings.self().memberId()
                || peers.containsKey(id)
                || remotes.containsKey(id)
                || remotes.size() >= REMOTES_MAX
                || gate.isRemoved(id)) {
            return;
        }
        PeerMetrics metrics =
                new PeerMetrics(surroundings.metrics(), surroundings.self().memberId(), id);
        PeerStatus status =
                new PeerStatus(id, metrics, surroundings.nanoClock(), surroundings.log());
        try {
            remotes.put(id, new Pipeline(id, new UrlPicker(urls), status, surroundings, metrics));
        } catch (IllegalArgumentException e) {
            surroundings.log().warn("peer announced malformed URLs", "peer-urls", urls);
        }
    }

    @Nullable Peer peer(long id) {
        return peers.get(id);
    }

    /** Where it is counted what comes from a sender. */
    ReceiveMetrics received(long senderId) {
        Peer peer = peers.get(senderId);
        if (peer != null) {
            return peer.metrics().receive();
        }
        Pipeline remote = remotes.get(senderId);
        return remote == null ? surroundings.metrics().strangers() : remote.metrics().receive();
    }

    /** A member has opened a stream of this one; on the connection's event loop. */
    boolean attach(long memberId, StreamKind kind, Channel channel) {
        Peer peer = peers.get(memberId);
        if (peer == null) {
            return false;
        }
        peer.attach(kind, channel);
        return true;
    }

    @Override
    public OptionalLong connectedSinceNanos(long memberId) {
        Peer peer = peers.get(memberId);
        return peer == null ? OptionalLong.empty() : peer.activeSinceNanos();
    }

    private void stopAll() {
        peers.values().forEach(Peer::stop);
        peers.clear();
        remotes.values().forEach(Pipeline::stop);
        remotes.clear();
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        stopAll();
    }
}
