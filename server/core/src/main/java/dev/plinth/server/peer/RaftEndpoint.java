package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.server.log.Log;
import java.util.List;

/** {@code POST /raft}: one message as the body. Source: peer-protocol.md 5. */
final class RaftEndpoint implements PeerRouter.Endpoint {
    private final NettyPeerTransport transport;
    private final PeerSurroundings surroundings;

    RaftEndpoint(NettyPeerTransport transport) {
        this.transport = transport;
        this.surroundings = transport.surroundings();
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        noteSender(transport, exchange);
        return new WholeBody(
                StreamDecoder.FRAME_BYTES_MAX,
                () -> {
                    sender(transport, exchange).failed();
                    exchange.refuseAndClose(400, "error reading raft message");
                },
                body -> received(exchange, body));
    }

    static void noteSender(NettyPeerTransport transport, PeerExchange exchange) {
        Long sender = PeerHeaders.sender(exchange.headers());
        if (sender != null) {
            transport.addRemote(sender, PeerHeaders.senderUrls(exchange.headers()));
        }
    }

    /** Where it is counted what the sender of a request sends. */
    static ReceiveMetrics sender(NettyPeerTransport transport, PeerExchange exchange) {
        Long sender = PeerHeaders.sender(exchange.headers());
        return transport.received(sender == null ? 0 : sender);
    }

    private void received(PeerExchange exchange, byte[] body) {
        Message message;
        try {
            message = Message.decode(body, 0, body.length);
        } catch (RaftDecodeException e) {
            log().warn("failed to unmarshal Raft message", "error", e.getMessage());
            sender(transport, exchange).failed();
            exchange.refuse(400, "error unmarshalling raft message");
            return;
        }
        transport.received(message.from()).received(body.length);
        boolean isTaken =
                transport.gate().admits(message)
                        && surroundings.receiver().receive(List.of(message), () -> {});
        if (isTaken) {
            exchange.done();
        } else {
            exchange.refuseAndClose(500, "error processing raft message");
        }
    }

    private Log log() {
        return surroundings.log();
    }
}
