package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import io.netty.buffer.ByteBuf;

/**
 * Frames messages for one connection. Payloads go from the log's memory into the socket's buffer,
 * the one copy that is made of them. What an encoder remembers is valid for its connection only:
 * after an error the connection is dropped and a new encoder begins. The event loop's.
 */
sealed interface StreamEncoder permits MessageEncoder, AppendEncoder {
    /** Appends the frame of a message. */
    void encode(Message message, ByteBuf out);

    /** Appends the frame that keeps an idle link alive. */
    void encodeLinkHeartbeat(ByteBuf out);
}
