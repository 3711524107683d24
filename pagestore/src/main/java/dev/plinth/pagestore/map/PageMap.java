package dev.plinth.pagestore.map;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.check.Finding;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.pagestore.inspect.TreePages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What each page of a file is, to which bucket it belongs and how full it is. Four bytes of heap
 * for each page of the file.
 */
public final class PageMap {
    /** Findings that are kept in full; the rest is counted. */
    private static final int FINDINGS_MAX = 100;

    /** Pages of more buckets than this are shown as those of an unnamed one. */
    private static final int BUCKET_MAX = 0xFFFE;

    private static final int FILL_FULL = 255;

    private final String fileName;
    private final long fileBytes;
    private final int pageSize;
    private final Meta meta;
    private final byte[] kinds;
    private final byte[] fills;
    private final char[] buckets;
    private final BucketShape root;
    private final List<BucketShape> shapes = new ArrayList<>();
    private final FreeRuns freeRuns = new FreeRuns();
    private final List<String> findings = new ArrayList<>();
    private long findingCount;
    private long usedBytes;
    private long tailPages;

    private PageMap(InspectedFile file) {
        this.fileName = String.valueOf(file.path().getFileName());
        this.fileBytes = file.fileBytes();
        this.pageSize = file.pageSize();
        this.meta = file.meta();
        long inFile = fileBytes / pageSize;
        long highWaterMark = meta.highWaterMark();
        long pages = Long.compareUnsigned(highWaterMark, inFile) < 0 ? highWaterMark : inFile;
        int count = (int) Math.min(pages, Integer.MAX_VALUE - 8);
        this.kinds = new byte[count];
        this.fills = new byte[count];
        this.buckets = new char[count];
        this.root = new BucketShape("(root)".getBytes(StandardCharsets.UTF_8));
    }

    /** Looks at the whole file. */
    public static PageMap of(InspectedFile file) {
        PageMap map = new PageMap(file);
        map.markFree(file.freePages());
        map.mark(0, 2, PageKind.META);
        if (map.meta.isFreelistPersisted()) {
            map.mark(map.meta.freelist(), file.freelistRunLength(), PageKind.FREELIST);
        }
        file.scanTrees(map.new Painter());
        file.check(new CheckOptions(0, true), map::addFinding);
        map.measureFreeRuns();
        return map;
    }

    private void markFree(long[] pages) {
        for (long page : pages) {
            mark(page, 1, PageKind.FREE);
        }
    }

    private void mark(long first, long count, PageKind kind) {
        if (first >= 0 && first < kinds.length) {
            int from = (int) first;
            Arrays.fill(
                    kinds, from, (int) Math.min(kinds.length, from + count), (byte) kind.code());
        }
    }

    /** Puts the pages of the trees into the map. */
    private final class Painter implements TreePages {
        @Override
        public void page(TreePage page) {
            long runPages = page.overflow() + 1;
            mark(page.id(), 1, page.isBranch() ? PageKind.BRANCH : PageKind.LEAF);
            mark(page.id() + 1, page.overflow(), PageKind.OVERFLOW);
            byte fill =
                    (byte)
                            Math.min(
                                    FILL_FULL,
                                    page.usedBytes() * FILL_FULL / (runPages * pageSize));
            char bucket = (char) (Math.min(page.bucket(), BUCKET_MAX) + 1);
            int from = (int) page.id();
            int to = (int) Math.min(kinds.length, from + runPages);
            Arrays.fill(fills, from, to, fill);
            Arrays.fill(buckets, from, to, bucket);
            usedBytes += page.usedBytes();
            BucketShape shape = page.bucket() == ROOT_BUCKET ? root : shapes.get(page.bucket());
            shape.addKeys(page.keys());
            shape.addPage(
                    page.level(), page.isBranch(), page.id(), runPages, page.usedBytes(), pageSize);
        }

        @Override
        public void topLevelBucket(int index, byte[] name, int inlineKeys) {
            BucketShape shape = new BucketShape(name);
            shape.addKeys(inlineKeys);
            shapes.add(shape);
        }

        @Override
        public void nestedBucket(int bucket, int inlineKeys) {
            shapes.get(bucket).addNestedBucket(inlineKeys);
        }

        @Override
        public void unreadable(long page) {
            mark(page, 1, PageKind.DAMAGED);
        }
    }

    private void addFinding(Finding finding) {
        findingCount++;
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding.text());
        }
        if (finding.kind() != Finding.Kind.UNREACHABLE) {
            mark(finding.page(), 1, PageKind.DAMAGED);
        }
    }

    private void measureFreeRuns() {
        long length = 0;
        for (byte kind : kinds) {
            if (kind == PageKind.FREE.code()) {
                length++;
            } else if (length > 0) {
                freeRuns.add(length);
                length = 0;
            }
        }
        if (length > 0) {
            freeRuns.add(length);
        }
        tailPages = length;
    }

    String fileName() {
        return fileName;
    }

    long fileBytes() {
        return fileBytes;
    }

    int pageSize() {
        return pageSize;
    }

    Meta meta() {
        return meta;
    }

    /** Pages below the high water mark that the file has. */
    int pageCount() {
        return kinds.length;
    }

    PageKind kind(int page) {
        return PageKind.of(kinds[page]);
    }

    /** Share of a page's run in use, 0 to 255; 0 for pages outside of the trees. */
    int fill(int page) {
        return fills[page] & 0xFF;
    }

    /** 1 plus the index of the page's bucket; 0 for the root bucket and for pages without one. */
    int bucket(int page) {
        return buckets[page];
    }

    BucketShape root() {
        return root;
    }

    List<BucketShape> shapes() {
        return shapes;
    }

    FreeRuns freeRuns() {
        return freeRuns;
    }

    List<String> findings() {
        return findings;
    }

    /** Number of findings, those not kept among them. */
    public long findingCount() {
        return findingCount;
    }

    /** Bytes in use on the pages of the trees. */
    long usedBytes() {
        return usedBytes;
    }

    /** Free pages at the end of the state. */
    long tailPages() {
        return tailPages;
    }
}
