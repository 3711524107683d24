package dev.plinth.server.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class WaitRegistryTest {
    private static final ApplyResult DONE = new ApplyResult.Done(1, ResponseBody.EMPTY);

    /** Random registrations, results and deadlines against a map. */
    @RepeatedTest(5)
    void completesEachWaitOnce(RepetitionInfo run) {
        Random random = new Random(run.getCurrentRepetition());
        WaitRegistry registry = new WaitRegistry();
        Map<Long, OneMember.Outcome> waiting = new HashMap<>();
        Map<Long, Long> deadlines = new HashMap<>();
        long nextId = random.nextLong() << 8;
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> {
                    OneMember.Outcome outcome = new OneMember.Outcome(nextId, 0);
                    registry.register(outcome, step, step + 400L);
                    waiting.put(nextId, outcome);
                    deadlines.put(nextId, step + 400L);
                    nextId += random.nextInt(4) + 1;
                }
                case 4, 5 -> {
                    if (!waiting.isEmpty()) {
                        long id = waiting.keySet().iterator().next();
                        assertThat(registry.isWaiting(id)).isTrue();
                        registry.complete(id, DONE);
                        assertThat(Objects.requireNonNull(waiting.remove(id)).result)
                                .isSameAs(DONE);
                        assertThat(registry.isWaiting(id)).isFalse();
                        registry.complete(id, DONE);
                    }
                }
                case 6 -> registry.complete(random.nextLong(), DONE);
                default -> {
                    long now = step;
                    registry.expire(now, _ -> RefusedException.of(EtcdError.TIMEOUT));
                    waiting.values()
                            .removeIf(outcome -> {
                                boolean isLate =
                                        Objects.requireNonNull(deadlines.get(outcome.requestId()))
                                                <= now;
                                assertThat(outcome.isOpen()).isNotEqualTo(isLate);
                                return isLate;
                            });
                }
            }
        }
        assertThat(registry.size()).isEqualTo(waiting.size());
        registry.failAll(RefusedException.of(EtcdError.STOPPED));
        assertThat(waiting.values()).noneMatch(OneMember.Outcome::isOpen);
        assertThat(registry.size()).isZero();
    }
}
