package dev.plinth.pagestore;

import dev.plinth.pagestore.tree.TreeCursor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A place in a bucket that moves in key order. Belongs to one thread. Moving it allocates nothing
 * in a read transaction.
 *
 * <p>At the end {@link #next} returns false and the cursor stays on the last element, so that
 * {@link #previous} then gives the one before it; likewise at the start. A seek beyond the last key
 * leaves it behind the last element.
 *
 * <p>A change of the bucket, by this cursor or otherwise, takes the cursor off its element; the
 * next step goes to the nearest key after or before the one where it was.
 */
public final class Cursor {
    private final Bucket bucket;
    private final TreeCursor cursor;

    Cursor(Bucket bucket) {
        this.bucket = bucket;
        this.cursor = new TreeCursor(bucket.tree());
    }

    /** Goes to the first element; false if the bucket is empty. */
    public boolean first() {
        bucket.transaction().requireOpen();
        return cursor.first();
    }

    /** Goes to the last element; false if the bucket is empty. */
    public boolean last() {
        bucket.transaction().requireOpen();
        return cursor.last();
    }

    /** Goes to the first element whose key is not below the one given. */
    public boolean seek(byte[] key) {
        bucket.transaction().requireOpen();
        return cursor.seek(key, key.length);
    }

    /** As {@link #seek(byte[])}. */
    public boolean seek(MemorySegment key) {
        return seek(key.toArray(ValueLayout.JAVA_BYTE));
    }

    /** Goes to the next element. A cursor that was never placed has none. */
    public boolean next() {
        bucket.transaction().requireOpen();
        return cursor.next();
    }

    /** Goes to the previous element. A cursor that was never placed has none. */
    public boolean previous() {
        bucket.transaction().requireOpen();
        return cursor.previous();
    }

    /** The key, as a slice that ends with the transaction. */
    public MemorySegment key() {
        requireElement();
        return slice(cursor.keyOffset(), cursor.keySize());
    }

    /** The value, as a slice that ends with the transaction. Must not be a bucket. */
    public MemorySegment value() {
        requireElement();
        requireValue();
        return slice(cursor.valueOffset(), cursor.valueSize());
    }

    private MemorySegment slice(long offset, int length) {
        Transaction transaction = bucket.transaction();
        return transaction instanceof WriteTransaction writer
                ? writer.slice(cursor.segment(), offset, length)
                : transaction.memory().slice(offset, length);
    }

    /** A heap copy of the key. */
    public byte[] keyBytes() {
        requireElement();
        return cursor.keyBytes();
    }

    /** Points the view to the key. */
    public void key(ByteView view) {
        requireElement();
        view.set(cursor.segment(), cursor.keyOffset(), cursor.keySize());
    }

    /** Points the view to the value. Must not be a bucket. */
    public void value(ByteView view) {
        requireElement();
        requireValue();
        long keyOffset = cursor.keyOffset();
        view.set(cursor.segment(), keyOffset + cursor.keySize(), cursor.valueSize());
    }

    /** Whether the element is a bucket. */
    public boolean isBucket() {
        requireElement();
        return cursor.isBucket();
    }

    /**
     * Removes the element. Then next goes to its successor and previous to its predecessor. Nothing
     * happens when the last step found no element.
     */
    public void delete() {
        bucket.transaction().requireOpen();
        if (!bucket.tree().isWritable()) {
            throw new DatabaseException.TransactionNotWritable();
        }
        if (!cursor.isPositioned()) {
            throw new IllegalStateException("the cursor was never placed");
        }
        if (cursor.isOnElement()) {
            if (cursor.isBucket()) {
                throw new DatabaseException.IncompatibleValue();
            }
            bucket.delete(cursor.keyBytes());
        }
    }

    private void requireElement() {
        bucket.transaction().requireOpen();
        if (!cursor.isOnElement()) {
            throw new IllegalStateException("the cursor is not on an element");
        }
    }

    private void requireValue() {
        if (cursor.isBucket()) {
            throw new DatabaseException.IncompatibleValue();
        }
    }
}
