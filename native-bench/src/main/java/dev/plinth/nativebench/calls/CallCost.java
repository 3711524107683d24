package dev.plinth.nativebench.calls;

/**
 * What a way costs.
 *
 * @param operation what is called
 * @param label how
 * @param remark what is particular about it
 * @param medianNanos per call, median of the batches
 * @param bestNanos per call, in the fastest batch
 */
public record CallCost(
        String operation, String label, String remark, double medianNanos, double bestNanos) {}
