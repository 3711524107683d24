package dev.plinth.nativebench.measure;

import dev.plinth.walio.check.SystemView;
import java.util.Optional;

/**
 * How the machine's processors spent their time, from the first line of {@code /proc/stat}, in
 * ticks since the start of the machine:
 *
 * <pre>
 * cpu  user nice system idle iowait irq softirq steal guest guest_nice
 * </pre>
 *
 * A commit ends with a wake-up; where no processor is free for it, the figures of a disk are in
 * truth those of the scheduler.
 */
record ProcessorTime(long busyTicks, long idleTicks, long stolenTicks) {
    private static final int FIELDS_MIN = 9;

    /** The time so far; empty where the kernel does not tell. */
    static Optional<ProcessorTime> now(SystemView system) {
        Optional<String> first =
                system.text("/proc/stat").flatMap(text -> text.lines().findFirst());
        if (first.isEmpty()) {
            return Optional.empty();
        }
        String[] fields = first.get().strip().split("\\s+", -1);
        if (fields.length < FIELDS_MIN || !fields[0].equals("cpu")) {
            return Optional.empty();
        }
        long[] ticks = new long[FIELDS_MIN];
        for (int i = 1; i < FIELDS_MIN; i++) {
            if (!fields[i].matches("\\d{1,18}")) {
                return Optional.empty();
            }
            ticks[i] = Long.parseLong(fields[i]);
        }
        long busy = ticks[1] + ticks[2] + ticks[3] + ticks[6] + ticks[7];
        return Optional.of(new ProcessorTime(busy, ticks[4] + ticks[5], ticks[8]));
    }

    /** Share of the time since an earlier moment in which processors worked, for anybody. */
    double busyShareSince(ProcessorTime earlier) {
        long all = allTicks() - earlier.allTicks();
        return all <= 0 ? 0 : (double) (busyTicks - earlier.busyTicks + stolen(earlier)) / all;
    }

    /** Share in which the host gave them to other machines. */
    double stolenShareSince(ProcessorTime earlier) {
        long all = allTicks() - earlier.allTicks();
        return all <= 0 ? 0 : (double) stolen(earlier) / all;
    }

    private long stolen(ProcessorTime earlier) {
        return stolenTicks - earlier.stolenTicks;
    }

    private long allTicks() {
        return busyTicks + idleTicks + stolenTicks;
    }
}
