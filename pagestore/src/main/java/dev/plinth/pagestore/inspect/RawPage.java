package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.FreelistPage;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A copy of a page with its overflow pages. Nothing in it is trusted: asking for an element that is
 * not there, or that reaches out of the page, is {@link DatabaseException.Corrupted}.
 */
public final class RawPage {
    private final Path path;
    private final MemorySegment bytes;
    private final int pageSize;

    RawPage(Path path, byte[] bytes, int pageSize) {
        this.path = path;
        this.bytes = MemorySegment.ofArray(bytes);
        this.pageSize = pageSize;
    }

    /**
     * A key with its value or bucket.
     *
     * @param flags bit 0: the value is a bucket
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes to be shown, not compared
    public record LeafItem(int flags, byte[] key, byte[] value) {
        public boolean isBucket() {
            return (flags & LeafPage.BUCKET_FLAG) != 0;
        }

        /** Root page of the bucket; 0 when it is inline, or the value too short for a header. */
        public long bucketRoot() {
            return value.length < BucketHeader.SIZE
                    ? 0
                    : BucketHeader.root(MemorySegment.ofArray(value), 0);
        }

        public long bucketSequence() {
            return value.length < BucketHeader.SIZE
                    ? 0
                    : BucketHeader.sequence(MemorySegment.ofArray(value), 0);
        }
    }

    /** A key and the page that it leads to. */
    @SuppressWarnings("ArrayRecordComponent") // bytes to be shown, not compared
    public record BranchItem(byte[] key, long child) {}

    public long id() {
        return PageHeader.id(bytes, 0);
    }

    public int flags() {
        return PageHeader.flags(bytes, 0);
    }

    public String typeName() {
        return PageHeader.typeName(flags());
    }

    public boolean isMeta() {
        return flags() == PageHeader.META;
    }

    public boolean isLeaf() {
        return flags() == PageHeader.LEAF;
    }

    public boolean isBranch() {
        return flags() == PageHeader.BRANCH;
    }

    public boolean isFreelist() {
        return flags() == PageHeader.FREELIST;
    }

    /** The count field of the header. */
    public int count() {
        return PageHeader.count(bytes, 0);
    }

    public long overflow() {
        return PageHeader.overflow(bytes, 0);
    }

    /** Bytes of the page with its overflow pages. */
    public long sizeBytes() {
        return (overflow() + 1) * pageSize;
    }

    /** The meta structure, whether valid or not. */
    public Meta meta() {
        return Meta.read(bytes, 0);
    }

    /** Whether the meta structure is valid. */
    public Meta.Validity metaValidity() {
        return Meta.validate(bytes, 0);
    }

    public int metaVersion() {
        return Meta.version(bytes, 0);
    }

    public long metaChecksum() {
        return Meta.checksum(bytes, 0);
    }

    /** The element at an index of a leaf page. */
    public LeafItem leafItem(int index) {
        long element = element(index);
        long key = LeafPage.keyOffset(bytes, element);
        int keySize = LeafPage.keySize(bytes, element);
        int valueSize = LeafPage.valueSize(bytes, element);
        requireInside(index, key, keySize, valueSize);
        return new LeafItem(
                LeafPage.flags(bytes, element),
                Bytes.copy(bytes, key, keySize),
                Bytes.copy(bytes, key + keySize, valueSize));
    }

    /** The element at an index of a branch page. */
    public BranchItem branchItem(int index) {
        long element = element(index);
        long key = BranchPage.keyOffset(bytes, element);
        int keySize = BranchPage.keySize(bytes, element);
        requireInside(index, key, keySize, 0);
        return new BranchItem(Bytes.copy(bytes, key, keySize), BranchPage.child(bytes, element));
    }

    /** The ids of a freelist page, in stored order. */
    public long[] freelistIds() {
        long count = FreelistPage.count(bytes, 0);
        if (count < 0
                || count > bytes.byteSize() / Long.BYTES
                || FreelistPage.ids(bytes, 0) + count * Long.BYTES > bytes.byteSize()) {
            throw corrupted("freelist claims " + Long.toUnsignedString(count) + " pages");
        }
        long[] ids = new long[(int) count];
        MemorySegment.copy(bytes, Bytes.LONG, FreelistPage.ids(bytes, 0), ids, 0, ids.length);
        return ids;
    }

    private long element(int index) {
        if (index < 0 || index >= count()) {
            throw new IndexOutOfBoundsException(index + " of " + count() + " elements");
        }
        long element = LeafPage.element(0, index);
        if (element + LeafPage.ELEMENT_SIZE > bytes.byteSize()) {
            throw corrupted("element " + index + " lies outside of the page");
        }
        return element;
    }

    private void requireInside(int index, long key, long keySize, long valueSize) {
        if (keySize < 0 || valueSize < 0 || key + keySize + valueSize > bytes.byteSize()) {
            throw corrupted("element " + index + " reaches outside of the page");
        }
    }

    private DatabaseException.Corrupted corrupted(String finding) {
        return new DatabaseException.Corrupted(path, id(), finding);
    }
}
