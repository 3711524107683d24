package dev.plinth.nativebench.calls;

import java.io.IOException;

/**
 * One way to make one call.
 *
 * @param operation what is called
 * @param label how
 * @param remark what is particular about it
 * @param batch makes so many calls
 */
record CallWay(String operation, String label, String remark, Batch batch) {
    /** Makes calls back to back. */
    interface Batch {
        /** The time of {@code count} calls in nanoseconds. */
        long run(int count) throws IOException;
    }
}
