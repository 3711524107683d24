package dev.plinth.mvcc.backend;

import dev.plinth.pagestore.ReadTransaction;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** A pinned version of the database file, to be sent to a client or a peer. One thread. */
public final class BackendSnapshot implements AutoCloseable {
    private final ReadTransaction transaction;

    BackendSnapshot(ReadTransaction transaction) {
        this.transaction = transaction;
    }

    /** Bytes that {@link #writeTo} will write. */
    public long sizeBytes() {
        return transaction.sizeBytes();
    }

    /** Writes the bytes of a database file in order. */
    public void writeTo(WritableByteChannel channel) throws IOException {
        throw new IOException("pending: " + transaction.id() + channel);
    }

    /** Lets the version go. */
    @Override
    public void close() {
        transaction.close();
    }
}
