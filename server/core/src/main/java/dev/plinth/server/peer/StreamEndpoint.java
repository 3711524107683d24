package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import io.netty.channel.Channel;
import io.netty.handler.timeout.IdleStateHandler;

/**
 * {@code GET /raft/stream/KIND/ID}: the member with that id wants to read a stream; this one writes
 * it from now on. Source: peer-protocol.md 4.2.
 */
final class StreamEndpoint implements PeerRouter.Endpoint {
    private static final String PREFIX = "/raft/stream/";

    private final NettyPeerTransport transport;
    private final PeerSurroundings surroundings;

    StreamEndpoint(NettyPeerTransport transport) {
        this.transport = transport;
        this.surroundings = transport.surroundings();
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        return RequestBody.ignored(() -> serve(exchange));
    }

    private void serve(PeerExchange exchange) {
        String rest = exchange.path().substring(PREFIX.length());
        int slash = rest.lastIndexOf('/');
        String name = slash < 0 ? "" : rest.substring(0, slash);
        StreamKind kind = null;
        for (StreamKind known : StreamKind.values()) {
            kind = known.path().equals(name) ? known : kind;
        }
        if (kind == null) {
            exchange.refuse(404, "invalid path");
            return;
        }
        long from;
        try {
            from = MemberIds.parse(rest.substring(slash + 1));
        } catch (IllegalArgumentException e) {
            exchange.refuse(404, "invalid from");
            return;
        }
        if (transport.gate().isRemoved(from)) {
            exchange.refuse(410, "removed member");
            return;
        }
        if (transport.peer(from) == null) {
            transport.addRemote(from, PeerHeaders.senderUrls(exchange.headers()));
            exchange.refuse(404, "error sender not found");
            return;
        }
        String to = exchange.headers().get(PeerHeaders.TO, "");
        if (!to.equals(MemberIds.text(surroundings.self().memberId()))) {
            exchange.refuse(412, "to field mismatch");
            return;
        }
        StreamKind wanted = kind;
        // After this turn of the event loop: a member that stood still finds a connection of each
        // attempt of its peers, all but the last one given up, and that is seen within the turn.
        exchange.channel().eventLoop().execute(() -> attach(exchange, from, wanted));
    }

    private void attach(PeerExchange exchange, long from, StreamKind kind) {
        if (!exchange.channel().isActive()) {
            return;
        }
        Channel channel = exchange.beginStream();
        // The reader sends nothing any more; link heartbeats find out whether it is there.
        channel.pipeline().remove(IdleStateHandler.class);
        if (!transport.attach(from, kind, channel)) {
            var _ = channel.close();
        }
    }
}
