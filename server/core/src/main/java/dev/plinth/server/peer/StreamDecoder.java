package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Takes a stream of one connection apart. Frames may begin and end anywhere in what arrives. */
sealed interface StreamDecoder permits MessageDecoder, AppendDecoder {
    /** Largest frame that is accepted. */
    long FRAME_BYTES_MAX = 512L << 20;

    /**
     * Takes all bytes that have arrived and hands on the messages that they complete; link
     * heartbeats are dropped.
     *
     * @throws StreamFormatException when the bytes cannot be what they should; the connection has
     *     to be closed
     */
    void decode(ByteBuf in, Consumer<Message> messages) throws StreamFormatException;
}
