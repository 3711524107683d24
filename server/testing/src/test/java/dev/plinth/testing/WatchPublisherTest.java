package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Watches as reactive streams: as much as is asked for, and no word after the end. */
@ExtendWith(PlinthExtension.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WatchPublisherTest {
    private static final Bytes KEY = Bytes.of("k");

    private static final class Recorder implements Flow.Subscriber<WatchSignal> {
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final BlockingQueue<WatchSignal> seen = new LinkedBlockingQueue<>();
        final CompletableFuture<Throwable> error = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(WatchSignal item) {
            seen.add(item);
        }

        @Override
        public void onError(Throwable cause) {
            error.complete(cause);
        }

        @Override
        public void onComplete() {
            error.complete(new AssertionError("watches do not complete"));
        }
    }

    @Test
    void signalsComeAsTheyAreAskedFor(PlinthClient client) throws InterruptedException {
        Recorder recorder = new Recorder();
        client.watches().publish(WatchSpec.key(KEY)).subscribe(recorder);
        Flow.Subscription subscription = recorder.subscription.join();
        subscription.request(1);
        assertThat(recorder.seen.take()).isInstanceOf(WatchSignal.Created.class);
        client.kv().put(KEY, Bytes.of("1"));
        client.kv().put(KEY, Bytes.of("2"));
        assertThat(recorder.seen).isEmpty();
        subscription.request(1);
        long first = recorder.seen.take().header().revision();
        assertThat(recorder.seen).isEmpty();
        subscription.request(1);
        assertThat(recorder.seen.take().header().revision()).isGreaterThan(first);
        subscription.cancel();
        assertThat(recorder.error).isNotDone();
    }

    @Test
    void aDemandThatIsNotPositiveIsAnError(PlinthClient client) {
        Recorder recorder = new Recorder();
        client.watches().publish(WatchSpec.key(KEY)).subscribe(recorder);
        recorder.subscription.join().request(0);
        assertThat(recorder.error.join()).isInstanceOf(IllegalArgumentException.class);
        assertThat(recorder.seen).isEmpty();
    }
}
