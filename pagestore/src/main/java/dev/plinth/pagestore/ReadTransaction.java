package dev.plinth.pagestore;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.check.Finding;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.tree.BucketTree;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    /**
     * Checks the whole state, or a part of it. In a sound file nothing is found.
     *
     * @param findings called for each finding, in the order of the check
     */
    public void check(CheckOptions options, Consumer<Finding> findings) {
        requireOpen();
        Database.check(state, options, findings);
    }

    int slot() {
        return slot;
    }

    /**
     * What a page of the state is; null for ids from the high water mark on.
     *
     * @throws DatabaseException.FreePagesNotLoaded if the database was opened for reading without
     *     {@link Options#preloadFreelist}
     */
    public @Nullable PageInfo page(long id) {
        requireOpen();
        if (id < 0 || id >= state.meta().highWaterMark()) {
            return null;
        }
        boolean free = database.freelist().contains(id);
        Pages pages = state.pages();
        if (id >= pages.readableEnd()) {
            throw pages.corrupted(id, "page beyond the end of the file");
        }
        long offset = id * pages.pageSize();
        return new PageInfo(
                id,
                free ? "free" : PageHeader.typeName(PageHeader.flags(pages.map(), offset)),
                PageHeader.count(pages.map(), offset),
                PageHeader.overflow(pages.map(), offset));
    }

    /**
     * Writes this version as a database file of {@link #sizeBytes} bytes: two meta pages made for
     * it, then all pages below the high water mark as they are.
     *
     * @throws IOException the channel's, or that of reading the file
     */
    public void writeTo(WritableByteChannel channel) throws IOException {
        requireOpen();
        backup().writeTo(channel);
    }

    /** Writes this version to a file, replacing what it held; durable when it returns. */
    public void writeTo(Disk disk, Path target) throws IOException {
        requireOpen();
        backup().writeTo(disk, target);
    }

    private HotBackup backup() {
        return new HotBackup(database.pageFile().file(), state.meta());
    }

    @Override
    Pages pages() {
        return state.pages();
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
