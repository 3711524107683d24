package dev.plinth.pagestore;

/**
 * Size and shape of a bucket with all buckets in it.
 *
 * @param branchPages branch pages, without their overflow pages
 * @param branchOverflowPages overflow pages of branches
 * @param leafPages leaf pages, without their overflow pages; inline buckets have none
 * @param leafOverflowPages overflow pages of leaves
 * @param keys keys, those of sub-buckets and their names included
 * @param depth levels of the tree, plus the deepest sub-bucket
 * @param branchBytes size of the branch pages
 * @param branchUsedBytes bytes of them that are used
 * @param leafBytes size of the leaf pages
 * @param leafUsedBytes bytes of them that are used
 * @param buckets number of buckets, this one included
 * @param inlineBuckets those that are stored in their parent's page
 * @param inlineUsedBytes bytes that these take there
 */
public record BucketStats(
        long branchPages,
        long branchOverflowPages,
        long leafPages,
        long leafOverflowPages,
        long keys,
        int depth,
        long branchBytes,
        long branchUsedBytes,
        long leafBytes,
        long leafUsedBytes,
        long buckets,
        long inlineBuckets,
        long inlineUsedBytes) {
    /** Of nothing. */
    public static final BucketStats NONE = new BucketStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Both together: sums, but the larger depth. */
    public BucketStats plus(BucketStats other) {
        return new BucketStats(
                branchPages + other.branchPages,
                branchOverflowPages + other.branchOverflowPages,
                leafPages + other.leafPages,
                leafOverflowPages + other.leafOverflowPages,
                keys + other.keys,
                Math.max(depth, other.depth),
                branchBytes + other.branchBytes,
                branchUsedBytes + other.branchUsedBytes,
                leafBytes + other.leafBytes,
                leafUsedBytes + other.leafUsedBytes,
                buckets + other.buckets,
                inlineBuckets + other.inlineBuckets,
                inlineUsedBytes + other.inlineUsedBytes);
    }
}
