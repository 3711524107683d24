package dev.plinth.pagestore.map;

import java.util.ArrayList;
import java.util.List;

/** A top-level bucket with all that is nested in it: the counts of its pages, level by level. */
final class BucketShape {
    private final byte[] name;
    private final List<Level> levels = new ArrayList<>();
    private long keys;
    private long pages;
    private long nestedBuckets;
    private long leaves;
    private long leavesBehindTheirPredecessor;
    private long lastLeafEnd = -1;

    BucketShape(byte[] name) {
        this.name = name;
    }

    /** The pages at one distance from the root. */
    static final class Level {
        long branches;
        long leaves;
        long usedBytes;
        long allocatedBytes;
    }

    byte[] name() {
        return name;
    }

    List<Level> levels() {
        return levels;
    }

    long keys() {
        return keys;
    }

    /** Pages, those of runs all counted. */
    long pages() {
        return pages;
    }

    long nestedBuckets() {
        return nestedBuckets;
    }

    /** Of the leaves that follow another in key order, the part that follows it in the file too. */
    double sequentialShare() {
        return leaves < 2 ? 1 : (double) leavesBehindTheirPredecessor / (leaves - 1);
    }

    void addKeys(long count) {
        keys += count;
    }

    void addNestedBucket(long inlineKeys) {
        nestedBuckets++;
        keys += inlineKeys;
    }

    void addPage(
            int level, boolean isBranch, long id, long runPages, long usedBytes, int pageSize) {
        while (levels.size() <= level) {
            levels.add(new Level());
        }
        Level at = levels.get(level);
        at.usedBytes += usedBytes;
        at.allocatedBytes += runPages * pageSize;
        pages += runPages;
        if (isBranch) {
            at.branches++;
            return;
        }
        at.leaves++;
        leaves++;
        leavesBehindTheirPredecessor += id == lastLeafEnd ? 1 : 0;
        lastLeafEnd = id + runPages;
    }
}
