package dev.plinth.mvcc.index;

import java.util.Arrays;

/** Blocks that no new reader can reach, in order of the epoch since which this is so. */
final class RetiredBlocks {
    private int[] refs = new int[256];
    private int refHead;
    private int refCount;
    private long[] batchEpochs = new long[64];
    private int[] batchSizes = new int[64];
    private int batchHead;
    private int batchCount;
    private int openBatch;

    /** A block that the next publication makes unreachable. */
    void add(int ref) {
        if (refCount == refs.length) {
            refs = unrolled(refs, refHead, refs.length * 2);
            refHead = 0;
        }
        refs[(refHead + refCount++) & (refs.length - 1)] = ref;
        openBatch++;
    }

    /** The blocks added since the last call are unreachable from epoch {@code epoch} on. */
    void seal(long epoch) {
        if (openBatch == 0) {
            return;
        }
        if (batchCount == batchSizes.length) {
            int size = batchSizes.length;
            long[] epochs = new long[size * 2];
            for (int i = 0; i < size; i++) {
                epochs[i] = batchEpochs[(batchHead + i) & (size - 1)];
            }
            batchSizes = unrolled(batchSizes, batchHead, size * 2);
            batchEpochs = epochs;
            batchHead = 0;
        }
        int at = (batchHead + batchCount++) & (batchSizes.length - 1);
        batchEpochs[at] = epoch;
        batchSizes[at] = openBatch;
        openBatch = 0;
    }

    /** Frees all blocks that are unreachable for readers of {@code minimumPinned} and later. */
    void free(long minimumPinned, IndexMemory memory) {
        while (batchCount > 0 && batchEpochs[batchHead] <= minimumPinned) {
            for (int i = batchSizes[batchHead]; i > 0; i--) {
                memory.free(refs[refHead]);
                refHead = (refHead + 1) & (refs.length - 1);
                refCount--;
            }
            batchHead = (batchHead + 1) & (batchSizes.length - 1);
            batchCount--;
        }
    }

    int waiting() {
        return refCount;
    }

    private static int[] unrolled(int[] ring, int head, int size) {
        int[] result = Arrays.copyOf(ring, size);
        int first = ring.length - head;
        System.arraycopy(ring, head, result, 0, first);
        System.arraycopy(ring, 0, result, first, head);
        return result;
    }
}
