package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Agents here never wake by themselves: what is not woken stays asleep until the test's limit. */
final class AgentThreadTest {
    private static final long LIMIT_SECONDS = 60;
    private static final int HAND_OVERS = 20_000;

    private abstract static class SleepyAgent implements Agent {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public long idleNanosMax() {
            return Long.MAX_VALUE;
        }
    }

    private static AgentThread started(Agent agent) {
        AgentThread thread =
                new AgentThread(
                        agent,
                        0,
                        (name, cause) -> {
                            throw new AssertionError(name, cause);
                        });
        thread.start();
        return thread;
    }

    /**
     * Work arrives after the agent has looked for it, and a lock then takes the wake-up's permit.
     */
    @Test
    void aWakeUpWhosePermitIsUsedUpWithinTheLastTurnIsNotLost() throws Exception {
        CompletableFuture<AgentThread> self = new CompletableFuture<>();
        CountDownLatch lookedAgain = new CountDownLatch(1);
        Agent agent =
                new SleepyAgent() {
                    private int turns;

                    @Override
                    public int doWork() {
                        turns++;
                        if (turns == 2) {
                            self.join().wake();
                            LockSupport.park(this);
                        } else if (turns > 2) {
                            lookedAgain.countDown();
                        }
                        return 0;
                    }
                };
        try (AgentThread thread = started(agent)) {
            self.complete(thread);
            assertThat(lookedAgain.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void everyHandOverWakesTheOtherSide() throws Exception {
        AtomicInteger ball = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        CompletableFuture<AgentThread> left = new CompletableFuture<>();
        CompletableFuture<AgentThread> right = new CompletableFuture<>();
        try (AgentThread one = started(player(ball, 0, right, done));
                AgentThread two = started(player(ball, 1, left, done))) {
            left.complete(one);
            right.complete(two);
            one.wake();
            assertThat(done.await(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .as("stuck at %s", ball)
                    .isTrue();
        }
    }

    private static Agent player(
            AtomicInteger ball,
            int side,
            CompletableFuture<AgentThread> other,
            CountDownLatch done) {
        return new SleepyAgent() {
            @Override
            public int doWork() {
                int at = ball.get();
                if (at == HAND_OVERS) {
                    done.countDown();
                    return 0;
                }
                if (at % 2 != side) {
                    return 0;
                }
                ball.set(at + 1);
                other.join().wake();
                return 1;
            }
        };
    }
}
