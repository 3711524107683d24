package dev.plinth.mvcc.reclaim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EpochsTest {
    private final Epochs epochs = new Epochs();

    @Test
    void theOldestPinHoldsBack() {
        int old = epochs.pin();
        long first = epochs.advance();
        int young = epochs.pin();
        assertThat(epochs.minimumPinned()).isLessThan(first);
        epochs.unpin(old);
        assertThat(epochs.minimumPinned()).isEqualTo(first);
        epochs.unpin(young);
        assertThat(epochs.minimumPinned()).isEqualTo(epochs.current());
        assertThat(epochs.isPinned()).isFalse();
    }

    @Test
    void moreReadersThanATableHoldsAreAllSeen() {
        ArrayDeque<Integer> tickets = new ArrayDeque<>();
        for (int i = 0; i < 300; i++) {
            tickets.add(epochs.pin());
        }
        assertThat(tickets).doesNotHaveDuplicates();
        epochs.advance();
        while (!tickets.isEmpty()) {
            assertThat(epochs.minimumPinned()).isZero();
            epochs.unpin(tickets.removeLast());
        }
        assertThat(epochs.minimumPinned()).isEqualTo(1);
    }

    @Test
    void aTicketIsGivenBackOnce() {
        int ticket = epochs.pin();
        epochs.unpin(ticket);
        assertThatThrownBy(() -> epochs.unpin(ticket)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whoWaitsGoesOnWithTheLastReader() throws Exception {
        try (ExecutorService closer = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 200; round++) {
                int one = epochs.pin();
                int other = epochs.pin();
                Future<Boolean> waiting =
                        closer.submit(() -> epochs.awaitUnpinned(60, TimeUnit.SECONDS));
                epochs.unpin(one);
                epochs.unpin(other);
                assertThat(waiting.get()).isTrue();
            }
        }
    }

    @Test
    void aReaderThatStaysIsTold() {
        int ticket = epochs.pin();
        assertThat(epochs.awaitUnpinned(1, TimeUnit.MILLISECONDS)).isFalse();
        epochs.unpin(ticket);
        assertThat(epochs.awaitUnpinned(1, TimeUnit.MILLISECONDS)).isTrue();
    }
}
