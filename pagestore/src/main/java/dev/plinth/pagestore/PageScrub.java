package dev.plinth.pagestore;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.FileStatus;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a database that is in use through from its device, a little at a time, to find pages that
 * have gone bad since they were written, before somebody needs them.
 *
 * <p>A turn pins the durable state, whose pages are on the device and do not change, and reads
 * those that its trees lead to with direct I/O, past the page cache, which would hide what the disk
 * has lost. Each page is held against the rules that the first access through the mapping applies
 * too, and its keys against those of its parent. Between turns nothing is pinned, so the file does
 * not grow for the sake of the check; the next turn goes on at the key where the last one ended, in
 * the state that is durable then.
 *
 * <p><b>What it cannot see:</b> the format has no checksums, so a value that changed stays
 * unnoticed unless the device reports it. Where the file system has no direct I/O, the page cache
 * is read.
 *
 * <p>Cost of a turn: the bytes asked for, at most a window or a run more, and the path from the
 * root once. One thread.
 */
public final class PageScrub {
    private static final List<byte[]> START = List.of();

    private final Disk disk;
    private final Database database;

    /** Keys from bucket to bucket and within the last one: what is below them is done. */
    private List<byte[]> position = START;

    /** A pass that has yet to begin. */
    public PageScrub(Disk disk, Database database) {
        this.disk = disk;
        this.database = database;
    }

    /**
     * What a turn did.
     *
     * @param readBytes read from the device
     * @param isComplete whether the pass has come to its end; the next turn begins another
     */
    public record Turn(long readBytes, boolean isComplete) {}

    /**
     * Goes on for about that many bytes. After a failure the next turn begins a pass.
     *
     * @throws DatabaseException.Corrupted a page is damaged
     * @throws DatabaseException.NotOpen the database was closed
     * @throws PosixException the device cannot read a page, with {@link Errno#EIO}; or the file
     *     cannot be opened again
     */
    public Turn turn(long bytesMax) throws IOException {
        try (ReadTransaction pinned = database.beginDurableRead();
                DiskFile file = open();
                RunReader reader = new RunReader(file, pinned.state().pages())) {
            if (!isTheDatabase(file)) {
                // Another file has taken the name; whoever put it there scrubs that one.
                return new Turn(0, false);
            }
            Walk walk = new Walk(pinned.state().pages(), reader, bytesMax);
            long root = pinned.state().meta().root();
            List<byte[]> resume = position;
            position = START;
            boolean isComplete = walk.tree(root, 1, START, resume, Bounds.NONE, 0);
            position = walk.end;
            return new Turn(reader.readBytes(), isComplete);
        }
    }

    private DiskFile open() throws IOException {
        FileStatus status = database.pageFile().file().status();
        int alignment = Math.max(status.directMemoryAlignment(), status.directOffsetAlignment());
        if (alignment != 0 && (alignment < 0 || database.pageSize() % alignment == 0)) {
            try {
                return disk.open(database.path(), 0, OpenFlag.READ, OpenFlag.DIRECT);
            } catch (PosixException e) {
                if (e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
        return disk.open(database.path(), 0, OpenFlag.READ);
    }

    private boolean isTheDatabase(DiskFile file) throws IOException {
        FileStatus found = file.status();
        FileStatus held = database.pageFile().file().status();
        return found.inode() == held.inode()
                && found.deviceMajor() == held.deviceMajor()
                && found.deviceMinor() == held.deviceMinor();
    }

    /** From which key on, and below which one, the keys of a subtree are; null for no bound. */
    private record Bounds(byte @Nullable [] low, byte @Nullable [] high) {
        static final Bounds NONE = new Bounds(null, null);

        boolean admit(byte[] first, byte[] last) {
            return (low == null || Arrays.compareUnsigned(first, low) >= 0)
                    && (high == null || Arrays.compareUnsigned(last, high) < 0);
        }

        /** Whether all of it is done, given the key where the last turn ended. */
        boolean isBelow(List<byte[]> resume) {
            return !resume.isEmpty()
                    && high != null
                    && Arrays.compareUnsigned(high, resume.getFirst()) <= 0;
        }
    }

    private record NestedBucket(byte[] key, long root) {}

    /** One turn's way through the trees. */
    private static final class Walk {
        private final Pages pages;
        private final RunReader reader;
        private final long bytesMax;

        /** Where the turn ended. */
        List<byte[]> end = START;

        Walk(Pages pages, RunReader reader, long bytesMax) {
            this.pages = pages;
            this.reader = reader;
            this.bytesMax = bytesMax;
        }

        /**
         * Looks at a subtree and the buckets in it.
         *
         * @param ahead pages that are worth reading with the first
         * @param path keys of the buckets around it
         * @param resume where the last turn ended, from here on; empty for before all
         * @return false when the turn is over
         */
        boolean tree(
                long page,
                long ahead,
                List<byte[]> path,
                List<byte[]> resume,
                Bounds bounds,
                int depth)
                throws IOException {
            if (depth > Pages.PATH_MAX) {
                throw pages.corrupted(page, "tree too deep: a cycle of pages");
            }
            reader.load(page, ahead);
            MemorySegment bytes = reader.bytes();
            long offset = reader.offset();
            int count = PageHeader.count(bytes, offset);
            boolean isLeaf = PageHeader.isLeaf(bytes, offset);
            byte[][] keys = new byte[isLeaf ? Math.min(count, 2) : count][];
            if (isLeaf) {
                if (count > 0) {
                    keys[0] = leafKey(bytes, offset, 0);
                    keys[keys.length - 1] = leafKey(bytes, offset, count - 1);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    keys[i] = branchKey(bytes, offset, i);
                }
            }
            if (count > 0 && !bounds.admit(keys[0], keys[keys.length - 1])) {
                throw pages.corrupted(page, "keys outside of those that its parent has for it");
            }
            return isLeaf
                    ? buckets(nested(page, bytes, offset, count), path, resume, depth)
                            && goesOn(path, bounds.high)
                    : children(children(bytes, offset, count), keys, path, resume, bounds, depth);
        }

        private boolean children(
                long[] children,
                byte[][] keys,
                List<byte[]> path,
                List<byte[]> resume,
                Bounds bounds,
                int depth)
                throws IOException {
            for (int i = 0; i < children.length; i++) {
                boolean isLast = i == children.length - 1;
                // A search for a key below all goes to child 0: its first key may be any.
                Bounds inner =
                        new Bounds(
                                i == 0 ? bounds.low : keys[i], isLast ? bounds.high : keys[i + 1]);
                if (!inner.isBelow(resume)
                        && !tree(children[i], ahead(children, i), path, resume, inner, depth + 1)) {
                    return false;
                }
            }
            return true;
        }

        /** How far the children from here on lie in one piece that a fetch can bring. */
        private long ahead(long[] children, int from) {
            long last = children[from];
            for (int i = from + 1; i < children.length; i++) {
                if (children[i] <= last || children[i] - children[from] >= reader.windowPages()) {
                    break;
                }
                last = children[i];
            }
            return last - children[from] + 1;
        }

        private boolean buckets(
                List<NestedBucket> nested, List<byte[]> path, List<byte[]> resume, int depth)
                throws IOException {
            for (NestedBucket bucket : nested) {
                int order =
                        resume.isEmpty()
                                ? 1
                                : Arrays.compareUnsigned(bucket.key, resume.getFirst());
                if (order < 0) {
                    continue;
                }
                List<byte[]> inside = order == 0 ? resume.subList(1, resume.size()) : START;
                if (!tree(bucket.root, 1, with(path, bucket.key), inside, Bounds.NONE, depth + 1)
                        || !goesOn(path, Arrays.copyOf(bucket.key, bucket.key.length + 1))) {
                    return false;
                }
            }
            return true;
        }

        /** Ends the turn in front of a key when enough was read; at the end of a tree never. */
        private boolean goesOn(List<byte[]> path, byte @Nullable [] next) {
            if (next == null || reader.readBytes() < bytesMax) {
                return true;
            }
            end = with(path, next);
            return false;
        }

        private static List<byte[]> with(List<byte[]> path, byte[] key) {
            List<byte[]> longer = new ArrayList<>(path);
            longer.add(key);
            return longer;
        }

        private static byte[] leafKey(MemorySegment bytes, long offset, int index) {
            long element = LeafPage.element(offset, index);
            return Bytes.copy(
                    bytes, LeafPage.keyOffset(bytes, element), LeafPage.keySize(bytes, element));
        }

        private static byte[] branchKey(MemorySegment bytes, long offset, int index) {
            long element = BranchPage.element(offset, index);
            return Bytes.copy(
                    bytes,
                    BranchPage.keyOffset(bytes, element),
                    BranchPage.keySize(bytes, element));
        }

        private static long[] children(MemorySegment bytes, long offset, int count) {
            long[] children = new long[count];
            for (int i = 0; i < count; i++) {
                children[i] = BranchPage.child(bytes, BranchPage.element(offset, i));
            }
            return children;
        }

        private List<NestedBucket> nested(long page, MemorySegment bytes, long offset, int count) {
            List<NestedBucket> nested = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long element = LeafPage.element(offset, i);
                if (!LeafPage.isBucket(bytes, element)) {
                    continue;
                }
                long value = LeafPage.valueOffset(bytes, element);
                long valueSize = LeafPage.valueSize(bytes, element);
                if (valueSize < BucketHeader.SIZE) {
                    throw pages.corrupted(page, "bucket value is shorter than its header");
                }
                long root = BucketHeader.root(bytes, value);
                if (root != 0) {
                    nested.add(new NestedBucket(leafKey(bytes, offset, i), root));
                } else {
                    pages.rules()
                            .requireInline(
                                    bytes,
                                    value + BucketHeader.SIZE,
                                    valueSize - BucketHeader.SIZE,
                                    page);
                }
            }
            return nested;
        }
    }
}
