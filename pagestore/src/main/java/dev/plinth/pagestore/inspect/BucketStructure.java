package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.file.Pages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A bucket and the buckets in it.
 *
 * @param name {@code root} for the bucket that holds all others
 * @param keyCount number of keys that are not buckets
 * @param children in the order of their names
 */
public record BucketStructure(byte[] name, long keyCount, List<BucketStructure> children) {
    static BucketStructure of(TreeWalk walk, long root) {
        return of(walk, "root".getBytes(StandardCharsets.UTF_8), TreeWalk.Root.at(root), root, 0);
    }

    private static BucketStructure of(
            TreeWalk walk, byte[] name, TreeWalk.Root root, long parent, int depth) {
        if (depth > Pages.DEPTH_MAX) {
            throw walk.pages().corrupted(parent, "buckets nested too deep");
        }
        List<BucketStructure> children = new ArrayList<>();
        long[] keys = new long[1];
        walk.entries(
                root,
                entry -> {
                    if (entry.isBucket()) {
                        TreeWalk.Root child = entry.bucketRoot();
                        children.add(of(walk, entry.key(), child, child.page(), depth + 1));
                    } else {
                        keys[0]++;
                    }
                });
        return new BucketStructure(name, keys[0], List.copyOf(children));
    }
}
