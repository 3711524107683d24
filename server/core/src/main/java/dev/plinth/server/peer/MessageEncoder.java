package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.WireForm;
import io.netty.buffer.ByteBuf;

/**
 * The frames of the message stream.
 *
 * <pre>
 * length (8 bytes, big endian) | raftpb.Message
 * </pre>
 *
 * <p>A link heartbeat is a heartbeat without sender and receiver. Source: peer-protocol.md 4.3.
 */
final class MessageEncoder implements StreamEncoder {
    private static final Message LINK_HEARTBEAT = Message.of(MessageType.HEARTBEAT).build();

    private final WireForm form;

    MessageEncoder(WireForm form) {
        this.form = form;
    }

    @Override
    public void encode(Message message, ByteBuf out) {
        out.writeLong(message.encodedSize(form));
        message.writeTo(new BufferSink(out), form);
    }

    @Override
    public void encodeLinkHeartbeat(ByteBuf out) {
        encode(LINK_HEARTBEAT, out);
    }

    static boolean isLinkHeartbeat(Message message) {
        return message.type() == MessageType.HEARTBEAT && message.from() == 0 && message.to() == 0;
    }
}
