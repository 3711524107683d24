package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.FreelistPage;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A page with its overflow pages, read from a file that is not trusted: every element is checked
 * against the bounds of the run when it is asked for. One thread.
 */
public final class RawRun implements AutoCloseable {
    private final Path path;
    private final long page;
    private final MemorySegment segment;
    private final Arena arena;

    RawRun(Path path, long page, MemorySegment segment, Arena arena) {
        this.path = path;
        this.page = page;
        this.segment = segment;
        this.arena = arena;
    }

    /** The bytes; valid until the run is closed. */
    public MemorySegment segment() {
        return segment;
    }

    /** Size of the run in bytes. */
    public long sizeBytes() {
        return segment.byteSize();
    }

    /** The kind of page, see {@link PageHeader}. */
    public int flags() {
        return PageHeader.flags(segment, 0);
    }

    /** The name of the kind. */
    public String type() {
        return PageHeader.typeName(flags());
    }

    /** Number of elements as the header has it. */
    public int count() {
        return PageHeader.count(segment, 0);
    }

    /** Number of pages behind the first. */
    public long overflow() {
        return PageHeader.overflow(segment, 0);
    }

    /** The fields of a meta page. */
    public Meta meta() {
        return Meta.read(segment, 0);
    }

    /** The version field of a meta page. */
    public int metaVersion() {
        return Meta.version(segment, 0);
    }

    /** The checksum field of a meta page, as it stands there. */
    public long metaChecksum() {
        return Meta.checksum(segment, 0);
    }

    /** The key of an element of a leaf or branch. */
    public byte[] key(int index) {
        boolean isBranch = flags() == PageHeader.BRANCH;
        long element = element(index);
        long offset =
                isBranch
                        ? BranchPage.keyOffset(segment, element)
                        : LeafPage.keyOffset(segment, element);
        int size =
                isBranch
                        ? BranchPage.keySize(segment, element)
                        : LeafPage.keySize(segment, element);
        return copy(index, offset, size);
    }

    /** The value of an element of a leaf; of a bucket its header, and its image if it has one. */
    public byte[] value(int index) {
        long element = element(index);
        long keyEnd =
                LeafPage.keyOffset(segment, element)
                        + (LeafPage.keySize(segment, element) & 0xFFFF_FFFFL);
        return copy(index, keyEnd, LeafPage.valueSize(segment, element));
    }

    /** Whether an element of a leaf is a bucket. */
    public boolean isBucket(int index) {
        return LeafPage.isBucket(segment, element(index));
    }

    /** Flags of an element of a leaf. */
    public int elementFlags(int index) {
        return LeafPage.flags(segment, element(index));
    }

    /** Root page of a bucket; 0 if it is inline. */
    public long bucketRoot(int index) {
        return BucketHeader.root(MemorySegment.ofArray(bucketValue(index)), 0);
    }

    /** Sequence of a bucket; unsigned. */
    public long bucketSequence(int index) {
        return BucketHeader.sequence(MemorySegment.ofArray(bucketValue(index)), 0);
    }

    private byte[] bucketValue(int index) {
        byte[] value = value(index);
        if (value.length < BucketHeader.SIZE) {
            throw new Corrupted(
                    path, page, "element " + index + ": bucket value is shorter than its header");
        }
        return value;
    }

    /** The child of an element of a branch. */
    public long child(int index) {
        return BranchPage.child(segment, element(index));
    }

    /** Number of ids on a freelist page, the escape for large lists taken into account. */
    public long freelistCount() {
        long count = FreelistPage.count(segment, 0);
        if (count < 0 || count > (sizeBytes() - FreelistPage.ids(segment, 0)) / Long.BYTES) {
            throw new Corrupted(
                    path, page, "freelist claims " + Long.toUnsignedString(count) + " pages");
        }
        return count;
    }

    /** An id of a freelist page, in stored order. */
    public long freelistId(long index) {
        return segment.get(Bytes.LONG, FreelistPage.ids(segment, 0) + index * Long.BYTES);
    }

    private long element(int index) {
        long element = LeafPage.element(0, index);
        if (element + LeafPage.ELEMENT_SIZE > sizeBytes()) {
            throw new Corrupted(
                    path, page, count() + " elements do not fit into " + sizeBytes() + " bytes");
        }
        return element;
    }

    private byte[] copy(int index, long offset, int size) {
        long length = size & 0xFFFF_FFFFL;
        if (offset + length > sizeBytes()) {
            throw new Corrupted(
                    path,
                    page,
                    "element "
                            + index
                            + " reaches outside of its page: "
                            + length
                            + " bytes at "
                            + offset
                            + " of "
                            + sizeBytes());
        }
        return Bytes.copy(segment, offset, size);
    }

    @Override
    public void close() {
        arena.close();
    }
}
