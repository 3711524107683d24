package dev.plinth.walio.io.sim;

import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.PosixException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong on a {@link SimulatedDisk}, and when. Rules count calls from the moment they are
 * made; each strikes once. Any thread.
 */
public final class DiskFaults {
    private static final long NEVER = Long.MAX_VALUE;

    private static final class Rule {
        final CallKind kind;
        final Predicate<Path> paths;
        final @Nullable Errno error;
        final @Nullable Runnable action;
        int callsLeft;

        Rule(
                CallKind kind,
                Predicate<Path> paths,
                int nth,
                @Nullable Errno error,
                @Nullable Runnable action) {
            this.kind = kind;
            this.paths = paths;
            this.error = error;
            this.action = action;
            this.callsLeft = nth;
        }
    }

    private final List<Rule> rules = new ArrayList<>();
    private long callsUntilPowerLoss = NEVER;
    private long changingCalls;
    private boolean powerLost;
    private boolean directRefused;
    private boolean durableWriteRefused;
    private boolean allocateRefused;
    private long capacityBytes = Long.MAX_VALUE;

    DiskFaults() {}

    /** The nth call of a kind from now on (1 = the next) fails. */
    public void fail(CallKind kind, int nth, Errno error) {
        fail(kind, path -> true, nth, error);
    }

    /** The nth call of a kind from now on, among those on certain paths, fails. */
    public synchronized void fail(CallKind kind, Predicate<Path> paths, int nth, Errno error) {
        rules.add(new Rule(kind, paths, nth, error, null));
    }

    /**
     * Runs an action before the nth call of a kind from now on takes effect, outside all locks of
     * the disk: to stall a sync for as long as a test likes, or to move a simulated clock.
     */
    public synchronized void stall(CallKind kind, int nth, Runnable action) {
        rules.add(new Rule(kind, path -> true, nth, null, action));
    }

    /**
     * The nth changing call from now on (0 = the next) is cut by a power loss: {@link
     * PowerLossException}. What it was writing may be on the disk or not.
     */
    public synchronized void losePowerAtCall(long nth) {
        callsUntilPowerLoss = nth;
    }

    /** Power is lost at once. */
    public synchronized void losePower() {
        powerLost = true;
    }

    /** Nothing that was planned happens any more: no call fails, and power stays. */
    public synchronized void forgetPlans() {
        rules.clear();
        callsUntilPowerLoss = NEVER;
    }

    /** Opening with O_DIRECT fails with EINVAL, as on file systems without it. */
    public synchronized void refuseDirect() {
        directRefused = true;
    }

    /** {@code pwriteDsync} fails with EOPNOTSUPP, as on kernels without RWF_DSYNC. */
    public synchronized void refuseDurableWrite() {
        durableWriteRefused = true;
    }

    /** {@code fallocate} fails with EOPNOTSUPP. */
    public synchronized void refuseAllocate() {
        allocateRefused = true;
    }

    /** Bytes that files may hold in all; more gives ENOSPC. */
    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** Changing calls made so far: the range to draw a power loss from. */
    public synchronized long changingCalls() {
        return changingCalls;
    }

    synchronized boolean isDirectRefused() {
        return directRefused;
    }

    synchronized boolean isDurableWriteRefused() {
        return durableWriteRefused;
    }

    synchronized boolean isAllocateRefused() {
        return allocateRefused;
    }

    synchronized long capacityBytes() {
        return capacityBytes;
    }

    synchronized void requirePower() {
        if (powerLost) {
            throw new PowerLossException();
        }
    }

    /** Counts a call and lets the rules act. */
    void onCall(CallKind kind, String name, Path path) throws PosixException {
        List<Runnable> actions = new ArrayList<>();
        Errno error = null;
        synchronized (this) {
            requirePower();
            for (int i = 0; i < rules.size(); i++) {
                Rule rule = rules.get(i);
                if (rule.kind == kind && rule.paths.test(path) && --rule.callsLeft == 0) {
                    rules.remove(i--);
                    if (rule.error != null) {
                        error = rule.error;
                    } else if (rule.action != null) {
                        actions.add(rule.action);
                    }
                }
            }
        }
        actions.forEach(Runnable::run);
        requirePower();
        if (error != null) {
            throw new PosixException(name, path, error.number(), "injected");
        }
    }

    /** Called when a change has been made but is not durable: the moment at which power may go. */
    synchronized void onChange() {
        requirePower();
        changingCalls++;
        if (callsUntilPowerLoss != NEVER && callsUntilPowerLoss-- == 0) {
            powerLost = true;
            throw new PowerLossException();
        }
    }
}
