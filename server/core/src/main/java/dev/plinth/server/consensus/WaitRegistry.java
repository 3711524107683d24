package dev.plinth.server.consensus;

import dev.plinth.server.apply.Waiters;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.core.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The local proposals that wait for their entry to be applied. Each is completed once: by its
 * result, by its deadline or by the stop.
 *
 * <p>Any thread; sixteen stripes keep socket threads and the apply loop from meeting. No element is
 * called under a lock.
 */
final class WaitRegistry implements Waiters {
    private static final int STRIPES = 16;

    private final Stripe[] stripes = new Stripe[STRIPES];

    WaitRegistry() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** Puts a proposal on the list. Its id must not wait already. */
    void register(Proposal proposal, long startNanos, long deadlineNanos) {
        Stripe stripe = stripe(proposal.requestId());
        synchronized (stripe) {
            stripe.add(new Waiting(proposal, startNanos, deadlineNanos));
        }
    }

    @Override
    public boolean isWaiting(long requestId) {
        Stripe stripe = stripe(requestId);
        synchronized (stripe) {
            return stripe.find(requestId) >= 0;
        }
    }

    @Override
    public void complete(long requestId, ApplyResult result) {
        Waiting waiting = take(requestId);
        if (waiting != null) {
            waiting.proposal().applied(result);
        }
    }

    /** Ends the wait of one proposal without a result, if it waits still. */
    void fail(long requestId, RefusedException reason) {
        Waiting waiting = take(requestId);
        if (waiting != null) {
            waiting.proposal().failed(reason);
        }
    }

    /** Ends the waits whose deadline has passed; {@code reason} gets the time each started at. */
    int expire(long nowNanos, LongFunction<RefusedException> reason) {
        List<Waiting> late = new ArrayList<>();
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.takeLate(nowNanos, late);
            }
        }
        for (Waiting waiting : late) {
            waiting.proposal().failed(reason.apply(waiting.startNanos()));
        }
        return late.size();
    }

    /** Ends all waits. */
    void failAll(RefusedException reason) {
        List<Waiting> all = new ArrayList<>();
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.takeAll(all);
            }
        }
        all.forEach(waiting -> waiting.proposal().failed(reason));
    }

    /** How many wait. */
    int size() {
        int size = 0;
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                size += stripe.count;
            }
        }
        return size;
    }

    private @Nullable Waiting take(long requestId) {
        Stripe stripe = stripe(requestId);
        synchronized (stripe) {
            return stripe.remove(requestId);
        }
    }

    private Stripe stripe(long requestId) {
        return stripes[(int) requestId & (STRIPES - 1)];
    }

    private record Waiting(Proposal proposal, long startNanos, long deadlineNanos) {}

    /** Open addressing with linear probing and backward-shift deletion; at most half full. */
    private static final class Stripe {
        private @Nullable Waiting[] table = new Waiting[64];
        private int count;

        int find(long id) {
            int at = home(id);
            while (true) {
                Waiting there = table[at];
                if (there == null) {
                    return -1;
                }
                if (there.proposal().requestId() == id) {
                    return at;
                }
                at = (at + 1) & (table.length - 1);
            }
        }

        void add(Waiting waiting) {
            if (2 * (count + 1) > table.length) {
                grow();
            }
            int at = home(waiting.proposal().requestId());
            while (table[at] != null) {
                at = (at + 1) & (table.length - 1);
            }
            table[at] = waiting;
            count++;
        }

        @Nullable Waiting remove(long id) {
            int at = find(id);
            if (at < 0) {
                return null;
            }
            Waiting removed = table[at];
            count--;
            int mask = table.length - 1;
            int hole = at;
            int next = (hole + 1) & mask;
            for (Waiting moved = table[next]; moved != null; moved = table[next]) {
                int wanted = home(moved.proposal().requestId());
                if (((next - wanted) & mask) >= ((next - hole) & mask)) {
                    table[hole] = moved;
                    hole = next;
                }
                next = (next + 1) & mask;
            }
            table[hole] = null;
            return removed;
        }

        void takeLate(long nowNanos, List<Waiting> late) {
            int before = late.size();
            for (Waiting waiting : table) {
                if (waiting != null && waiting.deadlineNanos() - nowNanos <= 0) {
                    late.add(waiting);
                }
            }
            for (Waiting waiting : late.subList(before, late.size())) {
                remove(waiting.proposal().requestId());
            }
        }

        void takeAll(List<Waiting> all) {
            for (int i = 0; i < table.length; i++) {
                Waiting waiting = table[i];
                if (waiting != null) {
                    all.add(waiting);
                    table[i] = null;
                }
            }
            count = 0;
        }

        private void grow() {
            @Nullable Waiting[] old = table;
            table = new Waiting[old.length * 2];
            count = 0;
            for (Waiting waiting : old) {
                if (waiting != null) {
                    add(waiting);
                }
            }
        }

        private int home(long id) {
            long mixed = id * 0x9E3779B97F4A7C15L;
            return (int) (mixed >>> 40) & (table.length - 1);
        }
    }
}
