package dev.plinth.server.peer;

import dev.plinth.raft.GatherSink;
import io.netty.buffer.ByteBuf;

/** Collects the pieces of an encoding in a socket's buffer. */
record BufferSink(ByteBuf out) implements GatherSink {
    @Override
    public void copy(byte[] array, int offset, int length) {
        out.writeBytes(array, offset, length);
    }

    @Override
    public void share(byte[] array, int offset, int length) {
        out.writeBytes(array, offset, length);
    }
}
