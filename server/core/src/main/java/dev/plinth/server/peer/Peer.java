package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.server.cluster.MemberIds;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.OptionalLong;

/**
 * Another member: the two streams in each direction, the pipeline for when they are down, snapshots
 * and the prober. Which of them a message takes: peer-protocol.md 7. Any thread.
 */
final class Peer {
    private final long memberId;
    private final PeerSurroundings surroundings;
    private final UrlPicker urls;
    private final PeerStatus status;
    private final PeerMetrics metrics;
    private final StreamWriter messageWriter;
    private final StreamWriter appendWriter;
    private final StreamReader messageReader;
    private final StreamReader appendReader;
    private final Pipeline pipeline;
    private final SnapshotSender snapshots;
    private final Prober prober;
    private final EventLoop loop;
    private volatile List<String> urlTexts;

    Peer(
            long memberId,
            List<String> peerUrls,
            PeerSurroundings surroundings,
            MessageGate gate,
            Prober.WallClock wallClock) {
        this.memberId = memberId;
        this.surroundings = surroundings;
        this.urlTexts = peerUrls;
        urls = new UrlPicker(peerUrls);
        metrics = new PeerMetrics(surroundings.metrics(), surroundings.self().memberId(), memberId);
        status = new PeerStatus(memberId, metrics, surroundings.nanoClock(), surroundings.log());
        loop = surroundings.dialer().nextLoop();
        messageWriter =
                new StreamWriter(memberId, StreamKind.MESSAGE, status, surroundings, metrics);
        appendWriter = new StreamWriter(memberId, StreamKind.APPEND, status, surroundings, metrics);
        messageReader = reader(StreamKind.MESSAGE, gate);
        appendReader = reader(StreamKind.APPEND, gate);
        pipeline = new Pipeline(memberId, urls, status, surroundings, metrics);
        snapshots = new SnapshotSender(memberId, urls, status, surroundings, metrics);
        prober = new Prober(memberId, urls, surroundings, metrics, wallClock);
    }

    private StreamReader reader(StreamKind kind, MessageGate gate) {
        return new StreamReader(memberId, kind, urls, status, surroundings, metrics, gate, loop);
    }

    void start() {
        messageReader.start();
        appendReader.start();
        prober.start(loop);
        surroundings.log().info("started remote peer", "remote-peer-id", MemberIds.text(memberId));
    }

    /** Sends a message by the best way there is, or tells raft that it is lost. */
    void send(Message message) {
        boolean isTaken =
                switch (message.type()) {
                    case SNAP -> snapshots.offer(message);
                    case APP -> appendWriter.offer(message) || sendAside(message);
                    default -> sendAside(message);
                };
        if (!isTaken) {
            lost(message);
        }
    }

    /** An append that its own open stream does not take has to be dropped, not to overtake. */
    private boolean sendAside(Message message) {
        if (message.type() == MessageType.APP && appendWriter.isOpen()) {
            return false;
        }
        return messageWriter.isOpen() ? messageWriter.offer(message) : pipeline.offer(message);
    }

    private void lost(Message message) {
        metrics.sendFailed();
        surroundings
                .log()
                .debug(
                        "dropped internal Raft message since sending buffer is full",
                        "message-type",
                        message.type().toString(),
                        "remote-peer-id",
                        MemberIds.text(memberId));
        surroundings.receiver().unreachable(memberId);
        if (message.type() == MessageType.SNAP) {
            surroundings.receiver().snapshotSent(memberId, false);
        }
    }

    /** The member has opened a stream of ours. */
    void attach(StreamKind kind, Channel channel) {
        (kind == StreamKind.MESSAGE ? messageWriter : appendWriter).attach(channel);
    }

    /** The member is reached elsewhere from now on. */
    void update(List<String> newUrls) {
        if (!newUrls.equals(urlTexts)) {
            urlTexts = newUrls;
            urls.update(newUrls);
            surroundings
                    .log()
                    .info(
                            "updated remote peer",
                            "updated-remote-peer-id",
                            MemberIds.text(memberId),
                            "updated-remote-peer-urls",
                            newUrls);
        }
    }

    OptionalLong activeSinceNanos() {
        return status.activeSinceNanos();
    }

    PeerMetrics metrics() {
        return metrics;
    }

    void stop() {
        prober.stop();
        messageReader.stop();
        appendReader.stop();
        messageWriter.stop();
        appendWriter.stop();
        pipeline.stop();
        status.forget();
        surroundings.log().info("stopped remote peer", "remote-peer-id", MemberIds.text(memberId));
    }
}
