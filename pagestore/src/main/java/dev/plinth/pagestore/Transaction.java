package dev.plinth.pagestore;

import dev.plinth.pagestore.file.Pages;
import org.jspecify.annotations.Nullable;

/** What read and write transactions have in common. */
public abstract sealed class Transaction implements AutoCloseable
        permits ReadTransaction, WriteTransaction {
    final Database database;

    Transaction(Database database) {
        this.database = database;
    }

    /** The state that is read, or in a write transaction the one that is being made. */
    public abstract long id();

    /** Size of the state in bytes: pages below the high water mark times the page size. */
    public abstract long sizeBytes();

    /** Whether the transaction can still be used. */
    public abstract boolean isOpen();

    /** The bucket that holds all top-level buckets. */
    public abstract Bucket root();

    /** A top-level bucket, or null. */
    public @Nullable Bucket bucket(byte[] name) {
        return root().bucket(name);
    }

    /** The database that the transaction belongs to. */
    public Database database() {
        return database;
    }

    /** Ends the transaction: a read transaction as it is, a write transaction without effect. */
    @Override
    public abstract void close();

    abstract TransactionMemory memory();

    /** The committed pages that the transaction reads. */
    abstract Pages pages();

    final void requireOpen() {
        if (!isOpen()) {
            throw new DatabaseException.TransactionClosed();
        }
    }
}
