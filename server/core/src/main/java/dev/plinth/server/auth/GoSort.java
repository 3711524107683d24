package dev.plinth.server.auth;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Sorts as Go's package {@code sort} has done since Go 1.19, down to the places that equal elements
 * get: pattern-defeating quicksort (Orson Peters) with Go's choice of pivots and thresholds.
 *
 * <p>etcd sorts a role's permissions by their first key with it. It is not a stable sort once there
 * are more than {@value #INSERTION_MAX}, the order is stored, and it decides which one of several
 * permissions with the same key the next grant meets. So it is a part of the replicated state: a
 * member that sorts otherwise would grant otherwise.
 *
 * <p>Cost: O(n log n) comparisons, no allocation beyond this object.
 *
 * @param <T> the elements
 */
final class GoSort<T> {
    private static final int INSERTION_MAX = 12;
    private static final int MEDIAN_MIN = 8;
    private static final int NINTHER_MIN = 50;
    private static final int REPAIRS_MAX = 5;
    private static final int REPAIR_MIN = 50;

    /** All comparisons of a ninther swapped: the elements fall. */
    private static final int SWAPS_OF_FALLING = 12;

    private final List<T> list;
    private final Comparator<? super T> order;
    private int pivotSwaps;

    private GoSort(List<T> list, Comparator<? super T> order) {
        this.list = list;
        this.order = order;
    }

    /** Sorts a list that has random access, in place. */
    static <T> void sort(List<T> list, Comparator<? super T> order) {
        new GoSort<T>(list, order).quicksort(0, list.size(), bitCount(list.size()));
    }

    private static int bitCount(int number) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(number);
    }

    private boolean less(int left, int right) {
        return order.compare(list.get(left), list.get(right)) < 0;
    }

    private void swap(int one, int other) {
        Collections.swap(list, one, other);
    }

    /**
     * Sorts {@code [from, to)}.
     *
     * @param badSplitsMax after so many unbalanced partitions heap sort takes over
     */
    private void quicksort(int from, int to, int badSplitsMax) {
        int badSplitsLeft = badSplitsMax;
        boolean wasBalanced = true;
        boolean wasPartitioned = true;
        while (to - from > INSERTION_MAX) {
            if (badSplitsLeft == 0) {
                heapSort(from, to);
                return;
            }
            if (!wasBalanced) {
                breakPatterns(from, to);
                badSplitsLeft--;
            }
            int pivot = choosePivot(from, to);
            boolean rises = pivotSwaps == 0;
            if (pivotSwaps == SWAPS_OF_FALLING) {
                Collections.reverse(list.subList(from, to));
                pivot = to - 1 - (pivot - from);
                rises = true;
            }
            if (wasBalanced && wasPartitioned && rises && isSortedByFewRepairs(from, to)) {
                return;
            }
            if (from > 0 && !less(from - 1, pivot)) {
                // The pivot equals the largest element before this range: its equals need no order.
                from = partitionEqual(from, to, pivot);
                continue;
            }
            swap(from, pivot);
            int left = firstNotBelowPivot(from, from + 1, to - 1);
            int right = lastBelowPivot(from, left, to - 1);
            wasPartitioned = left > right;
            int middle = partition(from, left, right);
            int leftSize = middle - from;
            int rightSize = to - middle;
            wasBalanced = Math.min(leftSize, rightSize) >= (to - from) / 8;
            if (leftSize < rightSize) {
                quicksort(from, middle, badSplitsLeft);
                from = middle + 1;
            } else {
                quicksort(middle + 1, to, badSplitsLeft);
                to = middle;
            }
        }
        insertionSort(from, to);
    }

    private void insertionSort(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            for (int j = i; j > from && less(j, j - 1); j--) {
                swap(j, j - 1);
            }
        }
    }

    private void heapSort(int from, int to) {
        int size = to - from;
        for (int root = (size - 1) / 2; root >= 0; root--) {
            siftDown(from, root, size);
        }
        for (int last = size - 1; last >= 0; last--) {
            swap(from, from + last);
            siftDown(from, 0, last);
        }
    }

    private void siftDown(int from, int start, int size) {
        int root = start;
        int child = 2 * root + 1;
        while (child < size) {
            if (child + 1 < size && less(from + child, from + child + 1)) {
                child++;
            }
            if (!less(from + root, from + child)) {
                return;
            }
            swap(from + root, from + child);
            root = child;
            child = 2 * root + 1;
        }
    }

    /** Three elements around the middle change places with ones drawn from the range's size. */
    private void breakPatterns(int from, int to) {
        int size = to - from;
        int mask = (1 << bitCount(size)) - 1;
        int middle = from + size / 4 * 2;
        long drawn = size;
        for (int i = middle - 1; i <= middle + 1; i++) {
            drawn ^= drawn << 13;
            drawn ^= drawn >>> 7;
            drawn ^= drawn << 17;
            int other = (int) drawn & mask;
            swap(i, from + (other >= size ? other - size : other));
        }
    }

    /** A median of three or of three medians; leaves the swaps made in {@link #pivotSwaps}. */
    private int choosePivot(int from, int to) {
        pivotSwaps = 0;
        int quarter = (to - from) / 4;
        int low = from + quarter;
        int middle = low + quarter;
        int high = middle + quarter;
        if (to - from >= NINTHER_MIN) {
            low = median(low - 1, low, low + 1);
            middle = median(middle - 1, middle, middle + 1);
            high = median(high - 1, high, high + 1);
        }
        return to - from >= MEDIAN_MIN ? median(low, middle, high) : middle;
    }

    private int median(int first, int second, int third) {
        int low = first;
        int middle = second;
        if (less(middle, low)) {
            low = second;
            middle = first;
            pivotSwaps++;
        }
        if (less(third, middle)) {
            middle = third;
            pivotSwaps++;
        }
        if (less(middle, low)) {
            middle = low;
            pivotSwaps++;
        }
        return middle;
    }

    /** Whether the range is in order after at most a few neighbours out of it were moved. */
    private boolean isSortedByFewRepairs(int from, int to) {
        int i = from + 1;
        for (int repairs = 0; repairs < REPAIRS_MAX; repairs++) {
            while (i < to && !less(i, i - 1)) {
                i++;
            }
            if (i == to) {
                return true;
            }
            if (to - from < REPAIR_MIN) {
                return false;
            }
            swap(i, i - 1);
            if (i - from >= 2) {
                for (int j = i - 1; j >= 1 && less(j, j - 1); j--) {
                    swap(j, j - 1);
                }
            }
            if (to - i >= 2) {
                for (int j = i + 1; j < to && less(j, j - 1); j++) {
                    swap(j, j - 1);
                }
            }
        }
        return false;
    }

    /** Moves the pivot's equals to the front; returns where the greater ones begin. */
    private int partitionEqual(int from, int to, int pivot) {
        swap(from, pivot);
        int left = from + 1;
        int right = to - 1;
        while (true) {
            while (left <= right && !less(from, left)) {
                left++;
            }
            while (left <= right && less(from, right)) {
                right--;
            }
            if (left > right) {
                return left;
            }
            swap(left++, right--);
        }
    }

    /**
     * Moves what is below the pivot, the element at {@code at}, in front of what is not.
     *
     * @param firstLeft the first one that has to move to the right
     * @param firstRight the last one that has to move to the left; below {@code firstLeft} if none
     *     has to
     * @return the pivot's place
     */
    private int partition(int at, int firstLeft, int firstRight) {
        int left = firstLeft;
        int right = firstRight;
        while (left <= right) {
            swap(left++, right--);
            left = firstNotBelowPivot(at, left, right);
            right = lastBelowPivot(at, left, right);
        }
        swap(right, at);
        return right;
    }

    private int firstNotBelowPivot(int pivot, int from, int last) {
        int i = from;
        while (i <= last && less(i, pivot)) {
            i++;
        }
        return i;
    }

    private int lastBelowPivot(int pivot, int first, int from) {
        int i = from;
        while (i >= first && !less(i, pivot)) {
            i--;
        }
        return i;
    }
}
