package dev.plinth.pagestore;

import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.tree.BucketTree;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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
