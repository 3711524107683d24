package dev.plinth.server.consensus;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from many threads to one, without locks or allocation per element.
 *
 * <p>Producers claim a slot by a compare-and-set of the tail and then publish the element; the
 * consumer takes it and clears the slot. A claimed slot whose element is not yet published stops
 * the consumer there, which keeps the order of claims. {@code consumed} is written by the consumer
 * alone and bounds the producers: a slot is claimed only when the element that was there a lap ago
 * is gone.
 *
 * <p>Elements are published and looked for with volatile accesses: whoever adds one and then looks
 * whether the consumer is parked, or busy, must not read that while the element is still on its way
 * (release alone lets the later read pass it, and a wake-up is lost).
 */
final class MpscQueue<T> {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

    private final @Nullable Object[] slots;
    private final int mask;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong consumed = new AtomicLong();

    /** A queue for at least {@code capacity} elements. */
    MpscQueue(int capacity) {
        int size = Integer.highestOneBit(Math.max(2, capacity - 1)) << 1;
        slots = new Object[size];
        mask = size - 1;
    }

    /** Adds an element, or returns false when the queue is full. Any thread. */
    boolean offer(T element) {
        long claimed;
        do {
            claimed = tail.get();
            if (claimed - consumed.get() > mask) {
                return false;
            }
        } while (!tail.compareAndSet(claimed, claimed + 1));
        SLOT.setVolatile(slots, (int) claimed & mask, element);
        return true;
    }

    /** Takes the oldest element, or null when there is none. The consumer's thread alone. */
    @SuppressWarnings("unchecked")
    @Nullable T poll() {
        long at = consumed.getPlain();
        int slot = (int) at & mask;
        Object element = SLOT.getVolatile(slots, slot);
        if (element == null) {
            return null;
        }
        SLOT.set(slots, slot, null);
        consumed.setRelease(at + 1);
        return (T) element;
    }

    /**
     * Whether there was nothing to take a moment ago; any thread. While the consumer is taking an
     * element others may miss the one behind it: the consumer looks again.
     */
    boolean isEmpty() {
        return SLOT.getVolatile(slots, (int) consumed.get() & mask) == null;
    }

    /** Elements claimed and not yet taken; any thread, a moment ago. */
    int size() {
        return (int) (tail.get() - consumed.get());
    }
}
