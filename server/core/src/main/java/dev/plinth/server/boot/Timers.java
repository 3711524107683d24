package dev.plinth.server.boot;

import dev.plinth.server.consensus.Agent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Runs small tasks at intervals, on one thread. A task that throws ends the member.
 *
 * <p>Tasks are added before the thread starts.
 */
final class Timers implements Agent {
    private static final class Task {
        private final long intervalNanos;
        private final Runnable work;
        private long dueNanos;

        Task(long intervalNanos, long dueNanos, Runnable work) {
            this.intervalNanos = intervalNanos;
            this.dueNanos = dueNanos;
            this.work = work;
        }
    }

    private final LongSupplier nanoClock;
    private final List<Task> tasks = new ArrayList<>();

    Timers(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Runs the task now and then after each interval. */
    void every(long intervalNanos, Runnable work) {
        tasks.add(new Task(intervalNanos, nanoClock.getAsLong(), work));
    }

    @Override
    public String name() {
        return "maintenance";
    }

    @Override
    public int doWork() {
        int done = 0;
        for (Task task : tasks) {
            long now = nanoClock.getAsLong();
            if (now - task.dueNanos >= 0) {
                task.work.run();
                task.dueNanos = now + task.intervalNanos;
                done++;
            }
        }
        return done;
    }

    @Override
    public long idleNanosMax() {
        long now = nanoClock.getAsLong();
        long least = Long.MAX_VALUE;
        for (Task task : tasks) {
            least = Math.min(least, task.dueNanos - now);
        }
        return least;
    }
}
