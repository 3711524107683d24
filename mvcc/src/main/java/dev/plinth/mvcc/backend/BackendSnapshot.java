package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.codec.Bytes;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.ReadTransaction;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** A pinned version of the database file, to be sent to a client or a peer. One thread. */
public final class BackendSnapshot implements AutoCloseable {
    private final ReadTransaction transaction;

    BackendSnapshot(ReadTransaction transaction) {
        this.transaction = transaction;
    }

    /** Index of the last entry whose effects the version holds; 0 for none. */
    public long consistentIndex() {
        return metaLong(MetaKeys.consistentIndex());
    }

    /** Term of that entry; 0 when the file does not say. */
    public long consistentTerm() {
        return metaLong(MetaKeys.term());
    }

    private long metaLong(byte[] key) {
        Bucket meta = transaction.bucket(SchemaBucket.META.nameBytes());
        ByteView value = new ByteView();
        return meta != null && meta.get(key, value) && value.length() == Long.BYTES
                ? Bytes.getLong(value.toByteArray(), 0)
                : 0;
    }

    /** Bytes that {@link #writeTo} will write. */
    public long sizeBytes() {
        return transaction.sizeBytes();
    }

    /** Writes the bytes of a database file in order. */
    public void writeTo(WritableByteChannel channel) throws IOException {
        transaction.writeTo(channel);
    }

    /** Lets the version go. */
    @Override
    public void close() {
        transaction.close();
    }
}
