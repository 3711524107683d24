package dev.plinth.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.mvccpb.KeyValue;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a watch asks for and tells, word by word, whatever becomes of its streams. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class WatchHubTest {
    private static final WatchSpec ALL = WatchSpec.of(KeyRange.all());

    private final FakeServer server = new FakeServer();
    private final PlinthClient client =
            PlinthClient.builder(server.endpoint()).watchBufferBytes(100).build();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static ResponseHeader at(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    private static WatchResponse created(WatchCreateRequest request, long revision) {
        return WatchResponse.newBuilder()
                .setHeader(at(revision))
                .setWatchId(request.getWatchId())
                .setCreated(true)
                .build();
    }

    private static Event put(String key, long revision) {
        return Event.newBuilder()
                .setKv(
                        KeyValue.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setModRevision(revision))
                .build();
    }

    private static WatchResponse told(WatchCreateRequest watch, boolean isFragment, Event... all) {
        return WatchResponse.newBuilder()
                .setHeader(at(all[all.length - 1].getKv().getModRevision()))
                .setWatchId(watch.getWatchId())
                .setFragment(isFragment)
                .addAllEvents(List.of(all))
                .build();
    }

    private static WatchCreateRequest creation(
            FakeServer.Streaming<WatchRequest, WatchResponse> stream) throws InterruptedException {
        WatchRequest request = stream.asked().take();
        assertThat(request.hasCreateRequest()).as("%s", request).isTrue();
        return request.getCreateRequest();
    }

    private static List<String> keys(WatchSignal signal) {
        return ((WatchSignal.Batch) signal)
                .items().stream().map(item -> item.key().utf8()).toList();
    }

    @Test
    void aRevisionThatComesInFragmentsIsToldAtOnce() throws InterruptedException {
        try (WatchCursor watch = client.watches().open(ALL)) {
            var stream = server.watches.take();
            WatchCreateRequest request = creation(stream);
            stream.answers().onNext(created(request, 4));
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            stream.answers().onNext(told(request, true, put("a", 5), put("b", 6)));
            assertThat(keys(watch.next())).containsExactly("a");
            stream.answers().onNext(told(request, true, put("c", 6)));
            stream.answers().onNext(told(request, false, put("d", 6)));
            assertThat(keys(watch.next())).containsExactly("b", "c", "d");
        }
    }

    @Test
    void aLostStreamIsOpenedAgainBehindWhatWasToldWhole() throws InterruptedException {
        try (WatchCursor watch = client.watches().open(ALL)) {
            var first = server.watches.take();
            WatchCreateRequest request = creation(first);
            assertThat(request.getStartRevision()).isZero();
            first.answers().onNext(created(request, 4));
            first.answers().onNext(told(request, true, put("a", 5), put("b", 6)));
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            assertThat(keys(watch.next())).containsExactly("a");
            first.answers().onError(Status.UNAVAILABLE.asRuntimeException());
            var second = server.watches.take();
            WatchCreateRequest again = creation(second);
            assertThat(again.getStartRevision()).isEqualTo(6);
            assertThat(again.getWatchId()).isNotEqualTo(request.getWatchId());
            second.answers().onNext(created(again, 6));
            // A server that tells too much is not believed.
            second.answers().onNext(told(again, false, put("a", 5), put("b", 6), put("c", 6)));
            assertThat(keys(watch.next())).containsExactly("b", "c");
        }
    }

    @Test
    void aWatchWhoseReaderLagsIsCancelledAndGoesOnLater() throws InterruptedException {
        String large = "k".repeat(80);
        try (WatchCursor watch = client.watches().open(ALL)) {
            var stream = server.watches.take();
            WatchCreateRequest request = creation(stream);
            stream.answers().onNext(created(request, 4));
            stream.answers().onNext(told(request, false, put(large, 5)));
            stream.answers().onNext(told(request, false, put(large, 6)));
            WatchRequest cancel = stream.asked().take();
            assertThat(cancel.getCancelRequest().getWatchId()).isEqualTo(request.getWatchId());
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            assertThat(keys(watch.next())).containsExactly(large);
            WatchCreateRequest again = creation(stream);
            assertThat(again.getStartRevision()).isEqualTo(6);
            // A late word to the watch that was cancelled.
            stream.answers().onNext(told(request, false, put("late", 7)));
            stream.answers().onNext(created(again, 6));
            stream.answers().onNext(told(again, false, put("next", 6)));
            assertThat(keys(watch.next())).containsExactly("next");
        }
    }

    /** The answer was made before the server had the second watch, which has a past to be told. */
    @Test
    void progressThatIsOlderThanAWatchIsNotItsOwn() throws InterruptedException {
        try (WatchCursor old = client.watches().open(ALL)) {
            var stream = server.watches.take();
            stream.answers().onNext(created(creation(stream), 10));
            assertThat(old.next()).isInstanceOf(WatchSignal.Created.class);
            client.watches().requestProgress();
            assertThat(stream.asked().take().hasProgressRequest()).isTrue();
            try (WatchCursor young = client.watches().open(ALL.from(3))) {
                WatchCreateRequest request = creation(stream);
                stream.answers().onNext(created(request, 10));
                assertThat(young.next()).isInstanceOf(WatchSignal.Created.class);
                stream.answers()
                        .onNext(
                                WatchResponse.newBuilder()
                                        .setHeader(at(10))
                                        .setWatchId(-1)
                                        .build());
                assertThat(old.next()).isInstanceOf(WatchSignal.Progress.class);
                stream.answers().onError(Status.UNAVAILABLE.asRuntimeException());
                var second = server.watches.take();
                WatchCreateRequest first = creation(second);
                second.answers().onNext(created(first, 10));
                assertThat(List.of(first.getStartRevision(), creation(second).getStartRevision()))
                        .containsExactly(11L, 3L);
            }
        }
    }

    @Test
    void aWatchThatIsClosedBeforeItExistsIsCancelledWhenItDoes() throws InterruptedException {
        try (WatchCursor other = client.watches().open(ALL)) {
            var stream = server.watches.take();
            stream.answers().onNext(created(creation(stream), 4));
            assertThat(other.next()).isInstanceOf(WatchSignal.Created.class);
            WatchCursor hasty = client.watches().open(ALL);
            WatchCreateRequest request = creation(stream);
            hasty.close();
            stream.answers().onNext(created(request, 4));
            assertThat(stream.asked().take().getCancelRequest().getWatchId())
                    .isEqualTo(request.getWatchId());
        }
    }
}
