package dev.plinth.pagestore;

import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.tree.BucketTree;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * One version of the database, unchanged for as long as the transaction lives, whatever is
 * committed meanwhile. Any number of threads may use it at once, and any thread may end it; cursors
 * and views made from it belong to one thread each.
 *
 * <p>An open transaction keeps pages of its version from being reused: the file grows under a
 * transaction that is held for long. Begin and end take no lock.
 */
public final class ReadTransaction extends Transaction {
    private static final VarHandle OPEN;

    static {
        try {
            OPEN =
                    MethodHandles.lookup()
                            .findVarHandle(ReadTransaction.class, "open", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long COPY_BYTES = 256 << 10;

    private final CommittedState state;
    private final int slot;
    private final TransactionMemory memory;

    /** Plain reads suffice: who races with the end of the transaction reads mapped memory still. */
    private boolean open = true;

    ReadTransaction(Database database, CommittedState state, int slot, boolean confined) {
        super(database);
        this.state = state;
        this.slot = slot;
        this.memory = new TransactionMemory(state.mapping(), confined);
    }

    @Override
    public long id() {
        return state.txid();
    }

    @Override
    public long sizeBytes() {
        return state.meta().highWaterMark() * state.meta().pageSize();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Bucket root() {
        requireOpen();
        Meta meta = state.meta();
        return new Bucket(
                this, BucketTree.at(state.pages(), null, meta.root(), meta.rootSequence()));
    }

    /**
     * Writes this version as a database file of {@link #sizeBytes} bytes: two meta pages made for
     * it, then all pages below the high water mark as they are. The older meta leads to the same
     * state, as in a copy made by the reference.
     *
     * @throws IOException the channel's
     */
    public void writeTo(WritableByteChannel channel) throws IOException {
        requireOpen();
        Meta meta = state.meta();
        int pageSize = meta.pageSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocate(pageSize);
            // A meta is on page (id mod 2): the even id of the two goes first.
            long even = meta.txid() & ~1L;
            for (long txid = even; txid <= even + 1; txid++) {
                long metaTxid = txid > meta.txid() ? txid - 2 : txid;
                page.fill((byte) 0);
                Meta copy = meta.withTxid(metaTxid);
                copy.write(page, 0, copy.pageId());
                writeFully(channel, page.asByteBuffer());
            }
        }
        long end = sizeBytes();
        for (long at = 2L * pageSize; at < end; at += COPY_BYTES) {
            long length = Math.min(COPY_BYTES, end - at);
            writeFully(channel, memory.slice(at, length).asByteBuffer());
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes)
            throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    int slot() {
        return slot;
    }

    CommittedState state() {
        return state;
    }

    @Override
    TransactionMemory memory() {
        return memory;
    }

    /** Ends the transaction. Ending it twice does nothing. */
    @Override
    public void close() {
        if (OPEN.compareAndSet(this, true, false)) {
            memory.close();
            database.endRead(slot);
        }
    }
}
