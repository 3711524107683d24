package dev.plinth.server.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.MemoryBudget.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    @Test
    void chargesUpToTheLimitWholeOrNotAtAll() throws RefusedException {
        MemoryBudget budget = new MemoryBudget(100);
        budget.charge(Use.READS, 60);
        assertThat(budget.tryCharge(Use.WRITES, 40)).isTrue();
        assertThatThrownBy(() -> budget.charge(Use.WATCHES, 1))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused ->
                                assertThat(refused.error())
                                        .isEqualTo(EtcdError.MEMORY_BUDGET_EXCEEDED))
                .hasMessage("memory budget exceeded: watch of 1 bytes, 100 of 100 in use");
        budget.release(Use.READS, 60);
        assertThat(budget.tryCharge(Use.WATCHES, Long.MAX_VALUE)).isFalse();
        budget.charge(Use.WATCHES, 60);
        assertThat(budget.chargedBytes(Use.READS)).isZero();
        assertThat(budget.chargedBytes(Use.WRITES)).isEqualTo(40);
        assertThat(budget.chargedBytes(Use.WATCHES)).isEqualTo(60);
        assertThat(budget.refusals(Use.WATCHES)).isEqualTo(2);
        assertThat(budget.refusals(Use.READS)).isZero();
    }

    @Test
    void whatCannotBeRefusedCountsAgainstTheOthers() {
        MemoryBudget budget = new MemoryBudget(100);
        budget.chargeAlways(Use.WATCHES, 150);
        assertThat(budget.tryCharge(Use.READS, 1)).isFalse();
        budget.release(Use.WATCHES, 150);
        assertThat(budget.tryCharge(Use.READS, 100)).isTrue();
    }

    @Test
    void withoutALimitNothingIsRefusedOrCounted() throws RefusedException {
        MemoryBudget budget = MemoryBudget.unbounded();
        assertThat(budget.isBounded()).isFalse();
        budget.charge(Use.READS, Long.MAX_VALUE);
        budget.charge(Use.READS, Long.MAX_VALUE);
        assertThat(budget.chargedBytes(Use.READS)).isZero();
    }

    @Test
    void threadsTogetherStayWithinTheLimit() throws Exception {
        MemoryBudget budget = new MemoryBudget(1000);
        AtomicLong held = new AtomicLong();
        List<Callable<Long>> users = new ArrayList<>();
        for (Use use : Use.values()) {
            long seed = users.size();
            users.add(() -> use(budget, use, new Random(seed), held));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(users.size())) {
            for (Future<Long> most : threads.invokeAll(users)) {
                assertThat(most.get()).isBetween(1L, 1000L);
            }
        }
        for (Use use : Use.values()) {
            assertThat(budget.chargedBytes(use)).isZero();
        }
        assertThat(budget.tryCharge(Use.READS, 1000)).isTrue();
    }

    /** Returns the most that all threads together were seen to hold. */
    private static long use(MemoryBudget budget, Use use, Random random, AtomicLong held) {
        long most = 0;
        for (int i = 0; i < 100_000; i++) {
            long bytes = 1L + random.nextInt(600);
            if (budget.tryCharge(use, bytes)) {
                most = Math.max(most, held.addAndGet(bytes));
                held.addAndGet(-bytes);
                budget.release(use, bytes);
            }
        }
        return most;
    }
}
