package dev.plinth.pagestore;

import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.tree.BucketTree;
import dev.plinth.pagestore.tree.BucketTree.Entry;
import dev.plinth.pagestore.tree.BucketTree.Kind;
import dev.plinth.pagestore.tree.TreeSearch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An ordered set of keys, each with a value or a bucket of its own. Keys are ordered as unsigned
 * bytes, a prefix before the longer key.
 *
 * <p>In a read transaction any thread may use it. In a write transaction only the transaction's
 * thread may, and the same name always gives the same object.
 *
 * <p>Keys and values that are given to it are copied. Segments that it returns end with the
 * transaction; in a write transaction they must not be used after the next change of the bucket.
 */
public final class Bucket {
    /** Largest key and largest bucket name in bytes. */
    public static final int KEY_BYTES_MAX = 32768;

    /** Largest value in bytes. */
    public static final int VALUE_BYTES_MAX = (1 << 31) - 2;

    private final Transaction transaction;
    private final BucketTree tree;
    private final TreeMap<byte[], Bucket> children = new TreeMap<>(Arrays::compareUnsigned);

    Bucket(Transaction transaction, BucketTree tree) {
        this.transaction = transaction;
        this.tree = tree;
    }

    BucketTree tree() {
        return tree;
    }

    /** The transaction that the bucket belongs to. */
    public Transaction transaction() {
        return transaction;
    }

    // ---------------------------------------------------------------- reading

    /** The value of a key as a slice that ends with the transaction; null if there is none. */
    public @Nullable MemorySegment get(byte[] key) {
        return get(key, key.length);
    }

    /** As {@link #get(byte[])}. */
    public @Nullable MemorySegment get(MemorySegment key) {
        byte[] bytes = key.toArray(ValueLayout.JAVA_BYTE);
        return get(bytes, bytes.length);
    }

    private @Nullable MemorySegment get(byte[] key, int keyLength) {
        transaction.requireOpen();
        if (!tree.isWritable()) {
            long element = tree.findElement(key, keyLength);
            if (element == TreeSearch.NOT_FOUND) {
                return null;
            }
            MemorySegment map = transaction.pages().map();
            if (LeafPage.isBucket(map, element)) {
                return null;
            }
            return transaction
                    .memory()
                    .slice(LeafPage.valueOffset(map, element), LeafPage.valueSize(map, element));
        }
        Entry entry = tree.find(key, keyLength);
        if (entry == null || entry.isBucket()) {
            return null;
        }
        return ((WriteTransaction) transaction)
                .slice(entry.segment(), entry.valueOffset(), entry.valueSize());
    }

    /**
     * Points the view to the value of a key. Allocates nothing in a read transaction.
     *
     * @return false if there is no such value; the view is left alone
     */
    public boolean get(byte[] key, ByteView view) {
        return get(key, key.length, view);
    }

    /** As {@link #get(byte[], ByteView)}; the key is copied into the view's scratch space. */
    public boolean get(MemorySegment key, ByteView view) {
        return get(view.scratch(key), (int) key.byteSize(), view);
    }

    private boolean get(byte[] key, int keyLength, ByteView view) {
        transaction.requireOpen();
        if (!tree.isWritable()) {
            long element = tree.findElement(key, keyLength);
            if (element == TreeSearch.NOT_FOUND) {
                return false;
            }
            MemorySegment map = transaction.pages().map();
            if (LeafPage.isBucket(map, element)) {
                return false;
            }
            view.set(map, LeafPage.valueOffset(map, element), LeafPage.valueSize(map, element));
            return true;
        }
        Entry entry = tree.find(key, keyLength);
        if (entry == null || entry.isBucket()) {
            return false;
        }
        view.set(entry.segment(), entry.valueOffset(), entry.valueSize());
        return true;
    }

    /** A cursor without a place, for the calling thread. */
    public Cursor cursor() {
        transaction.requireOpen();
        return new Cursor(this);
    }

    /** A sub-bucket, or null if there is none of that name. */
    public @Nullable Bucket bucket(byte[] name) {
        transaction.requireOpen();
        if (!tree.isWritable()) {
            BucketTree child = tree.openChild(name);
            return child == null ? null : new Bucket(transaction, child);
        }
        Bucket known = children.get(name);
        if (known != null) {
            return known;
        }
        BucketTree child = tree.openChild(name);
        return child == null ? null : remember(name, child);
    }

    private Bucket remember(byte[] name, BucketTree child) {
        Bucket bucket = new Bucket(transaction, child);
        children.put(name.clone(), bucket);
        return bucket;
    }

    /** A number that belongs to the bucket; 0 at first. Unsigned. */
    public long sequence() {
        transaction.requireOpen();
        return tree.sequence();
    }

    /** Size and shape of the bucket as of the last commit; reads all of its pages. */
    public BucketStats stats() {
        transaction.requireOpen();
        return BucketMeasure.of(transaction.pages(), tree);
    }

    /** Whether the bucket is stored within its parent's page, as of the last commit. */
    public boolean isInline() {
        return tree.isInline();
    }

    /** Root page as of the last commit; 0 when inline. */
    public long rootPage() {
        return tree.rootPage();
    }

    // ---------------------------------------------------------------- changing

    /** Inserts or replaces a value. */
    public void put(byte[] key, byte[] value) {
        checkPut(key, key.length, value.length);
        tree.put(key, key.length, value, false);
    }

    /** Inserts or replaces a value. */
    public void put(byte[] key, MemorySegment value) {
        checkPut(key, key.length, value.byteSize());
        tree.put(key, key.length, value, false);
    }

    /** Inserts or replaces a value. */
    public void put(MemorySegment key, MemorySegment value) {
        byte[] scratch = writer().scratch(key);
        int keyLength = (int) key.byteSize();
        checkPut(scratch, keyLength, value.byteSize());
        tree.put(scratch, keyLength, value, false);
    }

    private void checkPut(byte[] key, int keyLength, long valueSize) {
        writer();
        if (keyLength == 0) {
            throw new DatabaseException.KeyRequired();
        }
        if (keyLength > KEY_BYTES_MAX) {
            throw new DatabaseException.KeyTooLarge();
        }
        if (valueSize > VALUE_BYTES_MAX) {
            throw new DatabaseException.ValueTooLarge();
        }
        if (tree.kindOf(key, keyLength) == Kind.BUCKET) {
            throw new DatabaseException.IncompatibleValue();
        }
    }

    /** Removes a key; nothing happens if it is not there. */
    public void delete(byte[] key) {
        delete(key, key.length);
    }

    /** Removes a key; nothing happens if it is not there. */
    public void delete(MemorySegment key) {
        delete(writer().scratch(key), (int) key.byteSize());
    }

    private void delete(byte[] key, int keyLength) {
        writer();
        if (tree.kindOf(key, keyLength) == Kind.BUCKET) {
            throw new DatabaseException.IncompatibleValue();
        }
        tree.delete(key, keyLength);
    }

    /** Makes a sub-bucket; it must not be there. */
    public Bucket createBucket(byte[] name) {
        writer();
        checkName(name);
        switch (tree.kindOf(name, name.length)) {
            case BUCKET -> throw new DatabaseException.BucketExists();
            case VALUE -> throw new DatabaseException.IncompatibleValue();
            case MISSING -> {}
        }
        return remember(name, tree.createChild(name));
    }

    /** The sub-bucket of that name, made if it is missing. */
    public Bucket createBucketIfMissing(byte[] name) {
        writer();
        checkName(name);
        Bucket bucket = bucket(name);
        return bucket != null ? bucket : createBucket(name);
    }

    private static void checkName(byte[] name) {
        if (name.length == 0) {
            throw new DatabaseException.BucketNameRequired();
        }
        if (name.length > KEY_BYTES_MAX) {
            throw new DatabaseException.KeyTooLarge();
        }
    }

    /** Removes a sub-bucket with all that is in it. */
    public void deleteBucket(byte[] name) {
        WriteTransaction writer = writer();
        requireBucket(name);
        tree.deleteChild(name, writer.pageSink());
        children.remove(name);
    }

    private void requireBucket(byte[] name) {
        switch (tree.kindOf(name, name.length)) {
            case MISSING -> throw new DatabaseException.BucketNotFound();
            case VALUE -> throw new DatabaseException.IncompatibleValue();
            case BUCKET -> {}
        }
    }

    /**
     * Moves a sub-bucket, with changes made to it in this transaction, into another bucket of the
     * transaction under the same name.
     */
    public void moveBucket(byte[] name, Bucket target) {
        writer();
        if (target.transaction != transaction) {
            throw new DatabaseException.DifferentDatabases();
        }
        requireBucket(name);
        if (target == this) {
            throw new DatabaseException.SameBuckets();
        }
        switch (target.tree.kindOf(name, name.length)) {
            case BUCKET -> throw new DatabaseException.BucketExists();
            case VALUE -> throw new DatabaseException.IncompatibleValue();
            case MISSING -> {}
        }
        Bucket moved = bucket(name);
        if (moved == null || target.isWithin(moved)) {
            throw new DatabaseException.SameBuckets();
        }
        BucketTree movedTree = tree.detachChild(name);
        children.remove(name);
        target.tree.attachChild(name, movedTree);
        target.children.put(name.clone(), moved);
    }

    /** Moving a bucket into itself would cut it off from the root. */
    private boolean isWithin(Bucket other) {
        if (other == this) {
            return true;
        }
        for (Bucket child : other.children.values()) {
            if (isWithin(child)) {
                return true;
            }
        }
        return false;
    }

    /** Sets the sequence. */
    public void setSequence(long value) {
        writer();
        tree.setSequence(value);
    }

    /** Adds one to the sequence and returns it. */
    public long nextSequence() {
        setSequence(tree.sequence() + 1);
        return tree.sequence();
    }

    /**
     * How full pages are made when one is split, from 0.1 to 1.0; 0.5 at first. A bucket that only
     * grows at its end wants 0.9 or more. Holds for this transaction.
     */
    public void setFillPercent(double value) {
        writer();
        tree.setFillPercent(value);
    }

    private WriteTransaction writer() {
        transaction.requireOpen();
        if (transaction instanceof WriteTransaction writer) {
            return writer;
        }
        throw new DatabaseException.TransactionNotWritable();
    }
}
