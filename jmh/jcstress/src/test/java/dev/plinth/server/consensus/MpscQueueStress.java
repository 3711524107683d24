package dev.plinth.server.consensus;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Two producers with two elements each on a queue of two slots; one of them is the consumer too, so
 * that two cores are enough. What was accepted comes out once, each producer's in its order.
 */
@JCStressTest
@Outcome(id = "sound", expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "an element is lost, doubled or overtaken")
@State
public class MpscQueueStress {
    private final MpscQueue<Integer> queue = new MpscQueue<>(2);
    private final StringBuilder taken = new StringBuilder();
    private String first = "";
    private String second = "";

    /** Offers 1 and 2. */
    @Actor
    public void producerOne() {
        first = (queue.offer(1) ? "1" : "") + (queue.offer(2) ? "2" : "");
    }

    /** The consumer, which offers 3 and 4 in between. */
    @Actor
    public void consumer() {
        take(queue.poll());
        second = queue.offer(3) ? "3" : "";
        take(queue.poll());
        second += queue.offer(4) ? "4" : "";
        take(queue.poll());
    }

    private void take(@Nullable Integer element) {
        if (element != null) {
            taken.append(element);
        }
    }

    /** Takes the rest and compares. */
    @Arbiter
    public void end(L_Result result) {
        for (int i = 0; i < 4; i++) {
            take(queue.poll());
        }
        String all = taken.toString();
        boolean sound =
                all.replaceAll("[34]", "").equals(first)
                        && all.replaceAll("[12]", "").equals(second)
                        && queue.isEmpty()
                        && queue.size() == 0;
        result.r1 = sound ? "sound" : first + " " + second + " -> " + all;
    }
}
