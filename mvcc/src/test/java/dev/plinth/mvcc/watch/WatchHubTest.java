package dev.plinth.mvcc.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.TestMember;
import dev.plinth.mvcc.WriteView;
import dev.plinth.mvcc.codec.KeyValueEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Watches on a real store. */
class WatchHubTest {
    private static final byte[] NOTHING = {};
    private static final int PLENTY = 1_000_000;

    @TempDir private Path directory = Path.of("");
    private @Nullable TestMember opened;

    @BeforeEach
    void open() {
        opened = new TestMember(directory.resolve("db"));
    }

    @AfterEach
    void close() {
        member().close();
    }

    private TestMember member() {
        return Objects.requireNonNull(opened);
    }

    private WatchHub hub() {
        return member().store().watchHub();
    }

    private static byte[] key(String name) {
        return name.getBytes(UTF_8);
    }

    private static WatchRequest on(String key, byte @Nullable [] end, long start) {
        return new WatchRequest(0, key(key), end, start, false, false);
    }

    private void put(String key) {
        member().put(key(key), key("v"), 0);
    }

    private void delete(String key) {
        member().apply(s -> {
            try (WriteView txn = s.write()) {
                return txn.deleteRange(key(key), null);
            }
        });
    }

    private void catchUp() {
        for (int i = 0; hub().doWork(i) > 0; i++) {
            assertThat(i).isLessThan(10_000);
        }
    }

    @Test
    void servesKeyPrefixAndOpenRangesFromNowOn() {
        put("a");
        RecordingSink sink = new RecordingSink(PLENTY);
        WatchStream stream = hub().open(sink);
        assertThat(stream.watch(on("a", null, 0))).isZero();
        assertThat(stream.watch(on("b", key("d"), 0))).isEqualTo(1);
        assertThat(stream.watch(on("c", NOTHING, 0))).isEqualTo(2);
        for (String name : List.of("a", "b", "c", "d")) {
            put(name);
        }
        delete("c");
        assertThat(sink.log())
                .containsExactly(
                        "created 0 at 2",
                        "created 1 at 2",
                        "created 2 at 2",
                        "events 0 at 3: +a@3",
                        "events 1 at 4: +b@4",
                        "events 1 at 5: +c@5",
                        "events 2 at 5: +c@5",
                        "events 2 at 6: +d@6",
                        "events 1 at 7: -c@7",
                        "events 2 at 7: -c@7");
        assertThat(stream.cancel(1)).isTrue();
        assertThat(stream.cancel(1)).isFalse();
        put("b");
        assertThat(sink.revisions(1)).containsExactly(4L, 5L, 7L);
    }

    @Test
    void aTransactionIsOneDeliveryInOrderOfItsChanges() {
        put("a");
        RecordingSink sink = new RecordingSink(PLENTY);
        WatchStream stream = hub().open(sink);
        stream.watch(on("a", NOTHING, 0));
        member().apply(s -> {
            try (WriteView txn = s.write()) {
                txn.put(key("c"), NOTHING, 0);
                txn.deleteRange(key("a"), null);
                return txn.put(key("a"), NOTHING, 0);
            }
        });
        assertThat(sink.log()).endsWith("events 0 at 3: +c@3 -a@3 +a@3");
    }

    @Test
    void filtersDropEventsAndEmptyDeliveries() {
        RecordingSink sink = new RecordingSink(PLENTY);
        WatchStream stream = hub().open(sink);
        stream.watch(new WatchRequest(7, key("a"), null, 0, true, false));
        stream.watch(new WatchRequest(8, key("a"), null, 0, false, true));
        put("a");
        delete("a");
        assertThat(sink.events(7)).containsExactly("-a@3");
        assertThat(sink.events(8)).containsExactly("+a@2");
    }

    @Test
    void readsHistoryFromTheBufferAndFromTheFile() {
        put("a");
        put("b");
        delete("a");
        member().backend().flush();
        put("a");
        RecordingSink sink = new RecordingSink(PLENTY);
        WatchStream stream = hub().open(sink);
        stream.watch(on("a", null, 1));
        assertThat(sink.events(0)).isEmpty();
        catchUp();
        put("a");
        assertThat(sink.log())
                .containsExactly(
                        "created 0 at 5", "events 0 at 5: +a@2 -a@4 +a@5", "events 0 at 6: +a@6");
    }

    @Test
    void startsInTheFutureWhenAskedTo() {
        RecordingSink sink = new RecordingSink(PLENTY);
        WatchStream stream = hub().open(sink);
        stream.watch(on("a", null, 4));
        put("a");
        put("a");
        put("a");
        assertThat(sink.revisions(0)).containsExactly(4L);
    }

    @Test
    void tellsThatHistoryIsCompactedAndKeepsTheIdTaken() {
        put("a");
        put("a");
        put("a");
        member().compact(4);
        RecordingSink sink = new RecordingSink(PLENTY);
        WatchStream stream = hub().open(sink);
        stream.watch(on("a", null, 3));
        catchUp();
        put("a");
        assertThat(sink.log()).containsExactly("created 0 at 4", "compacted 0 at 4");
        assertThatThrownBy(() ->
                        stream.watch(new WatchRequest(3, key("b"), key("a"), 0, false, false)))
                .isSameAs(MvccException.Reason.EMPTY_WATCH_RANGE.exception());
        stream.watch(new WatchRequest(3, key("a"), null, 0, false, false));
        assertThatThrownBy(() -> stream.watch(new WatchRequest(3, key("a"), null, 0, false, false)))
                .isSameAs(MvccException.Reason.DUPLICATE_WATCH_ID.exception());
        assertThat(stream.requestProgressAll()).isFalse();
        assertThat(stream.cancel(0)).isTrue();
        assertThat(stream.requestProgressAll()).isTrue();
        assertThat(sink.log()).endsWith("progress -1 at 5");
    }

    @Test
    void aQuietWatcherInStepOutlivesASnapshotWithCompactedHistory() {
        put("a");
        RecordingSink sink = new RecordingSink(PLENTY);
        hub().open(sink).watch(on("a", null, 0));
        put("b");
        put("b");
        put("b");
        member().compact(5);
        hub().restored(member().store().currentRevision());
        catchUp();
        put("a");
        assertThat(sink.log()).containsExactly("created 0 at 2", "events 0 at 6: +a@6");
    }

    @Test
    void watchingFromTheCompactedRevisionSeesItsTombstone() {
        put("a");
        delete("a");
        member().compact(3);
        RecordingSink sink = new RecordingSink(PLENTY);
        hub().open(sink).watch(on("a", null, 3));
        catchUp();
        assertThat(sink.events(0)).containsExactly("-a@3");
    }

    @Test
    void aSlowSinkFallsBehindAloneAndLosesNothing() {
        RecordingSink slow = new RecordingSink(1);
        RecordingSink fast = new RecordingSink(PLENTY);
        WatchStream slowStream = hub().open(slow);
        slowStream.watch(on("a", null, 0));
        WatchStream fastStream = hub().open(fast);
        fastStream.watch(on("a", null, 0));
        for (int i = 0; i < 5; i++) {
            put("a");
        }
        assertThat(fast.revisions(0)).containsExactly(2L, 3L, 4L, 5L, 6L);
        assertThat(slow.revisions(0)).containsExactly(2L);
        assertThat(hub().slowWatcherCount()).isEqualTo(1);
        assertThat(slowStream.requestProgressAll()).isFalse();
        assertThat(hub().doWork(0)).isZero();
        AtomicBoolean woken = new AtomicBoolean();
        hub().onWork(() -> woken.set(true));
        slow.makeRoom(PLENTY);
        slowStream.resume();
        assertThat(woken).isTrue();
        catchUp();
        assertThat(slow.revisions(0)).containsExactly(2L, 3L, 4L, 5L, 6L);
        assertThat(slow.log()).endsWith("events 0 at 6: +a@3 +a@4 +a@5 +a@6");
        assertThat(hub().slowWatcherCount()).isZero();
        put("a");
        assertThat(slow.revisions(0)).endsWith(7L);
    }

    @Test
    void previousPairsAreReadOnceAndLeftOutWhenCompacted() {
        put("a");
        put("a");
        List<WatchEvent> seen = new ArrayList<>();
        WatchStream stream = hub().open(new CollectingSink(seen));
        stream.watch(on("a", null, 2));
        catchUp();
        byte[] plain = seen.get(1).encoded();
        byte[] previous = new byte[KeyValueEncoder.size(key("a"), 2, 2, 1, key("v"), 0)];
        KeyValueEncoder.write(previous, 0, key("a"), 2, 2, 1, key("v"), 0);
        byte[] with = seen.get(1).encodedWithPrevious(member().store());
        assertThat(Arrays.copyOf(with, plain.length)).isEqualTo(plain);
        assertThat(with[plain.length]).isEqualTo((byte) 0x1A);
        assertThat(Arrays.copyOfRange(with, plain.length + 2, with.length)).isEqualTo(previous);
        assertThat(seen.get(1).encodedWithPrevious(member().store())).isSameAs(with);
        assertThat(seen.get(0).encodedWithPrevious(member().store()))
                .isSameAs(seen.get(0).encoded());
        put("a");
        member().compact(4);
        assertThat(seen.get(2).encodedWithPrevious(member().store()))
                .isSameAs(seen.get(2).encoded());
    }

    private record CollectingSink(List<WatchEvent> seen) implements WatchSink {
        @Override
        public void created(long watchId, long currentRevision) {}

        @Override
        public boolean events(long watchId, WatchEvents events, long revision) {
            for (int i = 0; i < events.size(); i++) {
                seen.add(events.get(i));
            }
            return true;
        }

        @Override
        public boolean progress(long watchId, long revision) {
            return true;
        }

        @Override
        public boolean compacted(long watchId, long compactRevision) {
            return true;
        }

        @Override
        public void flush() {}
    }

    /** Watchers with random intervals, starts and room, against the plain list of all changes. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void everyWatcherGetsExactlyWhatItAskedFor(long seed) {
        Random random = new Random(seed);
        record Case(RecordingSink sink, WatchStream stream, WatchRequest request, long from) {}
        List<Case> cases = new ArrayList<>();
        List<String> changes = new ArrayList<>();
        for (int round = 0; round < 1500; round++) {
            String name = "k" + random.nextInt(30);
            long before = member().store().currentRevision();
            if (random.nextInt(4) == 0) {
                delete(name);
            } else {
                put(name);
            }
            if (member().store().currentRevision() > before) {
                boolean deleted =
                        before + 1 == member().store().currentRevision() && isAbsent(name);
                changes.add((deleted ? "-" : "+") + name + "@" + (before + 1));
            }
            if (random.nextInt(20) == 0) {
                long current = member().store().currentRevision();
                byte[] low = key("k" + random.nextInt(30));
                byte[] high =
                        switch (random.nextInt(3)) {
                            case 0 -> null;
                            case 1 -> NOTHING;
                            default -> key("k9");
                        };
                if (high != null && high.length > 0 && Arrays.compareUnsigned(low, high) >= 0) {
                    high = null;
                }
                long start = random.nextBoolean() ? 0 : 1 + random.nextLong(current + 5);
                RecordingSink sink = new RecordingSink(random.nextInt(30));
                WatchStream stream = hub().open(sink);
                WatchRequest request = new WatchRequest(0, low, high, start, false, false);
                stream.watch(request);
                cases.add(new Case(sink, stream, request, start == 0 ? current + 1 : start));
            }
            if (random.nextInt(5) == 0) {
                hub().doWork(round);
            }
            if (random.nextInt(50) == 0) {
                member().backend().flush();
            }
            if (random.nextInt(10) == 0 && !cases.isEmpty()) {
                Case some = cases.get(random.nextInt(cases.size()));
                some.sink.makeRoom(random.nextInt(20));
                some.stream.resume();
            }
        }
        for (Case each : cases) {
            each.sink.makeRoom(PLENTY);
            each.stream.resume();
        }
        catchUp();
        for (Case each : cases) {
            List<String> expected =
                    changes.stream().filter(c -> concerns(each.request, each.from, c)).toList();
            assertThat(each.sink.events(0)).isEqualTo(expected);
        }
    }

    private boolean isAbsent(String name) {
        try (var view = member().store().read()) {
            return view.range(RangeQuery.ofKey(key(name))).size() == 0;
        }
    }

    private static boolean concerns(WatchRequest request, long from, String change) {
        int at = change.indexOf('@');
        byte[] name = key(change.substring(1, at));
        byte[] end = request.end();
        boolean inside =
                end == null
                        ? Arrays.equals(name, request.key())
                        : Arrays.compareUnsigned(name, request.key()) >= 0
                                && (end.length == 0 || Arrays.compareUnsigned(name, end) < 0);
        return inside && Long.parseLong(change.substring(at + 1)) >= from;
    }

    /** Writer, syncer and clients at once: each watcher sees each revision of its key once. */
    @Test
    void concurrentCreationNeitherLosesNorDoublesEvents() throws Exception {
        int revisions = 3000;
        Semaphore work = new Semaphore(0);
        AtomicBoolean done = new AtomicBoolean();
        hub().onWork(work::release);
        List<RecordingSink> sinks = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> syncer = threads.submit(() -> sync(work, done));
            Future<?> clients =
                    threads.submit(() -> {
                        for (int i = 0; i < 40; i++) {
                            RecordingSink sink = new RecordingSink(PLENTY);
                            sinks.add(sink);
                            hub().open(sink).watch(on("a", null, 2));
                        }
                    });
            for (int i = 0; i < revisions; i++) {
                put("a");
            }
            clients.get(20, TimeUnit.SECONDS);
            done.set(true);
            work.release();
            syncer.get(20, TimeUnit.SECONDS);
        }
        List<Long> all = new ArrayList<>();
        for (long r = 2; r < revisions + 2; r++) {
            all.add(r);
        }
        for (RecordingSink sink : sinks) {
            assertThat(sink.revisions(0)).isEqualTo(all);
        }
    }

    private void sync(Semaphore work, AtomicBoolean done) {
        while (!done.get() || hub().slowWatcherCount() > 0) {
            work.acquireUninterruptibly();
            work.drainPermits();
            while (hub().doWork(0) > 0) {
                // Goes on until nobody moves.
            }
            if (hub().slowWatcherCount() > 0) {
                work.release();
            }
        }
    }
}
