package dev.plinth.pagestore.inspect;

/** Sees every page of all trees of a file once, see {@link InspectedFile#scanTrees}. */
public interface TreePages {
    /** Stands for the bucket that holds all top-level buckets. */
    int ROOT_BUCKET = -1;

    /**
     * A page, parents before children.
     *
     * @param id of the first page of the run
     * @param bucket index of the top-level bucket to whose tree, or to whose nested buckets' trees,
     *     the page belongs; or {@link #ROOT_BUCKET}
     * @param isBranch whether it is a branch, else a leaf
     * @param level distance from the root of the top-level bucket, through nested buckets
     * @param elements number of elements
     * @param keys number of elements of a leaf that are no buckets
     * @param overflow pages that follow and belong to this one
     * @param usedBytes bytes of header, elements, keys and values
     */
    record TreePage(
            long id,
            int bucket,
            boolean isBranch,
            int level,
            int elements,
            int keys,
            long overflow,
            long usedBytes) {}

    /** A page that was not seen before. */
    void page(TreePage page);

    /**
     * A top-level bucket; its pages follow.
     *
     * @param index counted from 0 in the order of names
     * @param inlineKeys keys of a bucket without pages of its own, else 0
     */
    void topLevelBucket(int index, byte[] name, int inlineKeys);

    /**
     * A bucket somewhere within a top-level bucket.
     *
     * @param bucket index of the top-level bucket
     * @param inlineKeys keys of a bucket without pages of its own, else 0
     */
    void nestedBucket(int bucket, int inlineKeys);

    /** The tree leads to a page that cannot be read. */
    void unreadable(long page);
}
