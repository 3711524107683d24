package dev.plinth.mvcc.reclaim;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Tells writers which published states may still have readers.
 *
 * <p>Every published state has an epoch, a number that only grows. A reader {@linkplain #pin pins}
 * the epoch it found, reads the state, and unpins when done. What became unreachable with the
 * publication of epoch {@code e} may be reused when {@link #minimumPinned} is at least {@code e}.
 *
 * <p><b>Why this is enough.</b> A reader (1) loads the epoch, (2) stores it in a slot, (3) loads
 * the state. A writer (a) publishes the state of epoch {@code e}, (b) advances the epoch, (c) scans
 * the slots. Steps 2, 3, a and c are volatile, so all threads agree on one order of them. If c sees
 * the slot, the reader is waited for. If it does not, 2 comes after c and therefore 3 after a: the
 * reader finds the state of {@code e} or a later one, from which nothing retired at {@code e} can
 * be reached. An epoch loaded early and stored late is merely too small, which is safe.
 *
 * <p>Cost: one compare-and-set to pin (on a slot that other threads rarely use), one exchange to
 * unpin and a look at a field that hardly ever changes; nothing is allocated up to {@value #SLOTS}
 * readers at a time, beyond it another table is linked. Slots lie 64 bytes apart.
 */
public final class Epochs {

    private static final int SLOTS = 128;
    private static final int SPACING = 8;
    private static final long FREE = Long.MAX_VALUE;

    private static final class Table {
        private final AtomicLongArray slots = new AtomicLongArray(SLOTS * SPACING);
        private volatile @Nullable Table next;

        Table() {
            for (int i = 0; i < SLOTS; i++) {
                slots.setPlain(i * SPACING, FREE);
            }
        }
    }

    private final AtomicLong current = new AtomicLong();
    private final Table first = new Table();

    /** Of the thread that waits for readers to end. */
    private volatile @Nullable Semaphore unpinned;

    /** The epoch of the newest published state. */
    public long current() {
        return current.get();
    }

    /** To be called after a state was published; returns its epoch. */
    public long advance() {
        return current.incrementAndGet();
    }

    /** Pins the current epoch; load the state only after this call. Returns a ticket to unpin. */
    public int pin() {
        long epoch = current.get();
        int start = (int) Thread.currentThread().threadId() & (SLOTS - 1);
        int base = 0;
        Table table = first;
        while (true) {
            for (int i = 0; i < SLOTS; i++) {
                int slot = (start + i) & (SLOTS - 1);
                if (table.slots.getPlain(slot * SPACING) == FREE
                        && table.slots.compareAndSet(slot * SPACING, FREE, epoch)) {
                    return base + slot;
                }
            }
            table = nextTable(table);
            base += SLOTS;
        }
    }

    /** Gives a ticket back; any thread, once. */
    public void unpin(int ticket) {
        Table table = first;
        int slot = ticket;
        while (slot >= SLOTS) {
            table = nextTable(table);
            slot -= SLOTS;
        }
        if (table.slots.getAndSet(slot * SPACING, FREE) == FREE) {
            throw new IllegalStateException("ticket " + ticket + " is not pinned");
        }
        Semaphore told = unpinned;
        if (told != null) {
            told.release();
        }
    }

    /** The smallest pinned epoch, or the current one when nothing is pinned. */
    public long minimumPinned() {
        long minimum = current.get();
        for (Table table = first; table != null; table = table.next) {
            for (int i = 0; i < SLOTS; i++) {
                minimum = Math.min(minimum, table.slots.get(i * SPACING));
            }
        }
        return minimum;
    }

    /** Whether any reader has a pin. */
    public boolean isPinned() {
        for (Table table = first; table != null; table = table.next) {
            for (int i = 0; i < SLOTS; i++) {
                if (table.slots.get(i * SPACING) != FREE) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Waits until nothing is pinned; one thread at a time. Whoever unpins frees the slot and then
     * looks whether somebody waits; who waits says so and then looks at the slots.
     *
     * @param limit longest time between two readers that end
     * @return false if none ended for so long
     */
    public boolean awaitUnpinned(long limit, TimeUnit unit) {
        Semaphore told = new Semaphore(0);
        unpinned = told;
        boolean isInterrupted = false;
        try {
            while (isPinned()) {
                try {
                    if (!told.tryAcquire(limit, unit)) {
                        return !isPinned();
                    }
                } catch (InterruptedException e) {
                    isInterrupted = true;
                }
            }
            return true;
        } finally {
            unpinned = null;
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Table nextTable(Table table) {
        Table next = table.next;
        if (next != null) {
            return next;
        }
        synchronized (this) {
            next = table.next;
            if (next == null) {
                next = new Table();
                table.next = next;
            }
            return next;
        }
    }
}
