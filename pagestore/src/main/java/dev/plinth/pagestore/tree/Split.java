package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.format.PageHeader;
import java.util.Arrays;

/**
 * The reference's rule for cutting a node into pages. While what is left has more than four
 * elements and at least a page of bytes: cut before the element that would exceed the fill
 * threshold, but with at least two elements on the left and three on the right. What is left in the
 * end becomes one run, of several pages if its values are large.
 */
final class Split {
    private static final double FILL_PERCENT_MIN = 0.1;
    private static final double FILL_PERCENT_MAX = 1.0;
    private static final int KEYS_MIN = 2;

    private final int pageSize;
    private final long thresholdBytes;

    Split(int pageSize, double fillPercent) {
        this.pageSize = pageSize;
        double fill = Math.clamp(fillPercent, FILL_PERCENT_MIN, FILL_PERCENT_MAX);
        this.thresholdBytes = (long) (pageSize * fill);
    }

    /** The ends (exclusive) of the pieces, in order; the last is the node's count. */
    int[] pieces(Node node) {
        int count = node.count();
        int[] ends = new int[1];
        int pieces = 0;
        int from = 0;
        long rest = node.serializedBytes();
        while (count - from > 2 * KEYS_MIN && rest >= pageSize) {
            int to = from;
            long bytes = PageHeader.SIZE;
            for (int i = from; i < count - KEYS_MIN; i++) {
                to = i;
                long element = node.elementBytes(i);
                if (i - from >= KEYS_MIN && bytes + element > thresholdBytes) {
                    break;
                }
                bytes += element;
            }
            // The last element looked at stays right of the cut, also when the loop ran out.
            rest -= serializedBytes(node, from, to) - PageHeader.SIZE;
            if (pieces + 1 == ends.length) {
                ends = Arrays.copyOf(ends, ends.length * 2);
            }
            ends[pieces++] = to;
            from = to;
        }
        if (pieces == ends.length) {
            ends = Arrays.copyOf(ends, pieces + 1);
        }
        ends[pieces++] = count;
        return pieces == ends.length ? ends : Arrays.copyOf(ends, pieces);
    }

    /** Bytes of the elements {@code [from, to)} as one page. */
    long serializedBytes(Node node, int from, int to) {
        if (from == 0 && to == node.count()) {
            return node.serializedBytes();
        }
        long bytes = PageHeader.SIZE;
        for (int i = from; i < to; i++) {
            bytes += node.elementBytes(i);
        }
        return bytes;
    }
}
