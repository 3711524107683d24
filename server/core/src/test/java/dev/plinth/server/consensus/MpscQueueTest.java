package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class MpscQueueTest {
    @Test
    void refusesWhenFullAndGoesOnWhenTakenFrom() {
        MpscQueue<Integer> queue = new MpscQueue<>(4);
        for (int i = 0; i < 4; i++) {
            assertThat(queue.offer(i)).isTrue();
        }
        assertThat(queue.offer(4)).isFalse();
        assertThat(queue.poll()).isZero();
        assertThat(queue.offer(4)).isTrue();
        for (int i = 1; i <= 4; i++) {
            assertThat(queue.poll()).isEqualTo(i);
        }
        assertThat(queue.poll()).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    /** Three producers against one consumer on a small queue: nothing lost, each in its order. */
    @Test
    void losesNothingAndKeepsEachProducersOrder() throws InterruptedException {
        int producers = 3;
        int each = 50_000;
        MpscQueue<Long> queue = new MpscQueue<>(64);
        CountDownLatch started = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            long producer = p;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                await(started);
                                for (long i = 0; i < each; i++) {
                                    while (!queue.offer(producer << 32 | i)) {
                                        Thread.onSpinWait();
                                    }
                                }
                            }));
        }
        started.countDown();
        long[] next = new long[producers];
        int taken = 0;
        while (taken < producers * each) {
            Long element = queue.poll();
            if (element == null) {
                Thread.onSpinWait();
                continue;
            }
            int producer = (int) (element >> 32);
            assertThat(element & 0xffffffffL).isEqualTo(next[producer]++);
            taken++;
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(queue.isEmpty()).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
