package dev.plinth.server.rpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A long answer to a caller inside the process, which is read from the store while it is written
 * out, by a thread that may wait. A caller that reads it as a stream gets it as a whole.
 */
public final class LongReply extends InputStream implements Drainable, KnownLength {
    private static final int BUFFER_BYTES = 16 << 10;

    private final Reply reply;
    private InputStream whole = InputStream.nullInputStream();
    private boolean isTaken;

    LongReply(Reply reply) {
        this.reply = reply;
    }

    /**
     * Writes it.
     *
     * @param pace asked before each piece
     * @throws IOException also when the receiver has gone away, or what is left has been compacted
     */
    public void writeTo(OutputStream target, Pace pace) throws IOException {
        isTaken = true;
        int _ = reply.writeTo(target, BUFFER_BYTES, pace);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
        isTaken = true;
        return reply.writeTo(target);
    }

    @Override
    public int available() throws IOException {
        return isTaken ? whole.available() : reply.size();
    }

    private InputStream whole() {
        if (!isTaken) {
            isTaken = true;
            whole = new ByteArrayInputStream(reply.toByteArray());
        }
        return whole;
    }

    @Override
    public int read() throws IOException {
        return whole().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return whole().read(target, offset, length);
    }
}
