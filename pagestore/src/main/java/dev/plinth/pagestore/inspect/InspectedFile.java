package dev.plinth.pagestore.inspect;

import static java.util.Objects.requireNonNull;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.LockWait;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.PageInfo;
import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.check.ConsistencyChecker;
import dev.plinth.pagestore.check.Finding;
import dev.plinth.pagestore.file.PageFile;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.freelist.FreePages;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest sound state of a page file, held under a shared lock. Never writes. One thread.
 *
 * <p>A writer that has the file is waited for, as the lock wait says.
 */
public final class InspectedFile implements AutoCloseable {
    private final PageFile pageFile;
    private final Meta meta;
    private final Pages pages;
    private long @Nullable [] freePages;

    private InspectedFile(PageFile pageFile) throws IOException {
        this.pageFile = pageFile;
        this.meta = pageFile.readMetas().active(pageFile.path());
        pageFile.checked().ensureCapacity(pageFile.fileBytes() / pageFile.pageSize());
        this.pages = pageFile.pages(meta.highWaterMark());
    }

    /**
     * Opens a file.
     *
     * @throws DatabaseException if it is not a page file or cannot be read
     */
    public static InspectedFile open(Disk disk, Path path, LockWait wait) {
        PageFile file =
                PageFile.open(disk, path, Options.defaults().withReadOnly(true).withLockWait(wait));
        try {
            return new InspectedFile(file);
        } catch (IOException e) {
            file.close();
            throw new DatabaseException.Failed(path, "read", e);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** The file's path as it was given. */
    public Path path() {
        return pageFile.path();
    }

    /** Bytes of a page. */
    public int pageSize() {
        return pageFile.pageSize();
    }

    /** Size of the file in bytes. */
    public long fileBytes() {
        return pageFile.fileBytes();
    }

    /** The root of the state that is read. */
    public Meta meta() {
        return meta;
    }

    /**
     * The free pages, ascending, as a persisted list has them (duplicates kept), else those that
     * nothing leads to.
     */
    public long[] freePages() {
        return loadedFreePages().clone();
    }

    private long[] loadedFreePages() {
        if (freePages == null) {
            loadFreePages();
        }
        return requireNonNull(freePages);
    }

    /** Reads the list of free pages, so that a damaged one is refused here and not later. */
    public void loadFreePages() {
        freePages = FreePages.forCheck(meta, pages);
    }

    /** Runs the check; in a sound file nothing is found. */
    public void check(CheckOptions options, Consumer<Finding> findings) {
        new ConsistencyChecker(pages, meta, loadedFreePages(), options, findings).run();
    }

    /** Visits the rows of the table of pages, in order of their ids. */
    public void forEachPage(Consumer<PageInfo> rows) {
        long page = 0;
        while (Long.compareUnsigned(page, meta.highWaterMark()) < 0) {
            PageInfo row = row(page);
            rows.accept(row);
            page += row.isFree() ? 1 : 1 + row.overflow();
        }
    }

    /**
     * What stands at the place of a page, whether anything leads there or not.
     *
     * @throws DatabaseException.Corrupted if the file ends before it
     */
    public PageInfo row(long page) {
        if (page < 0 || page >= pages.readableEnd()) {
            throw pages.corrupted(page, "page beyond the end of the file");
        }
        if (Arrays.binarySearch(loadedFreePages(), page) >= 0) {
            return new PageInfo(page, "free", 0, 0);
        }
        MemorySegment map = pages.map();
        long offset = page * pages.pageSize();
        return new PageInfo(
                page,
                PageHeader.typeName(PageHeader.flags(map, offset)),
                PageHeader.count(map, offset),
                PageHeader.overflow(map, offset));
    }

    /** Names of the top-level buckets, in order. */
    public List<byte[]> topLevelBuckets() {
        List<byte[]> names = new ArrayList<>();
        new TreeWalk(pages)
                .entries(
                        TreeWalk.Root.at(meta.root()),
                        entry -> {
                            if (entry.isBucket()) {
                                names.add(entry.key());
                            }
                        });
        return names;
    }

    /** The tree of buckets with the number of keys in each. */
    public BucketStructure structure() {
        return BucketStructure.of(new TreeWalk(pages), meta.root());
    }

    /** Visits every page that the trees reach, each once, damaged trees as far as they go. */
    public void scanTrees(TreePages visitor) {
        new TreeScan(pages, visitor).run(meta.root());
    }

    /** Number of pages of a freelist that is persisted; 0 if it is not, or cannot be read. */
    public long freelistRunLength() {
        if (!meta.isFreelistPersisted()) {
            return 0;
        }
        try {
            return pages.runLength(pages.validateRun(meta.freelist()));
        } catch (DatabaseException.Corrupted e) {
            return 0;
        }
    }

    /** Unmaps the file and gives the lock back. */
    @Override
    public void close() {
        pageFile.close();
    }
}
