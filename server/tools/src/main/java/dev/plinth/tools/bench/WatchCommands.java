package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.walio.io.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/** {@code bench watch}, {@code watch-latency} and {@code watch-get}. */
final class WatchCommands {
    private static final ByteString VALUE = ByteString.copyFromUtf8("data");

    private final BenchContext context;

    WatchCommands(BenchContext context) {
        this.context = context;
    }

    // ---------------------------------------------------------------- watch

    Command watch() {
        return new Command("watch", "Benchmark watch")
                .describe(
                        """
                        Opens --streams x --watch-per-stream watchers on --watched-key-total keys, spread
                        evenly, then puts those keys --put-total times, and reports how long it took to open
                        watchers, and how many events a second have come.\
                        """)
                .flags(
                        Flag.number("streams", 10, "Total watch streams"),
                        Flag.number("watch-per-stream", 100, "Total watchers per stream"),
                        Flag.number("watched-key-total", 1, "Total number of keys to be watched"),
                        Flag.number(
                                "put-rate", 0, "Number of keys to put per second (0 is no limit)"),
                        Flag.number("put-total", 1000, "Number of put requests"),
                        Flag.number("key-size", 32, "Key size of watch request"),
                        Flag.number("key-space-size", 1, "Maximum possible keys"),
                        Flag.bool("sequential-keys", "Use sequential keys"))
                .does(flags -> context.measured(flags, WatchCommands::runWatch));
    }

    private static void runWatch(BenchSession session)
            throws ToolFailure, CallFailure, InterruptedException {
        ParsedFlags flags = session.flags();
        List<ByteString> keys = watchedKeys(flags);
        int streams = BenchFlags.count(flags, "streams", 1);
        int watchers = streams * BenchFlags.count(flags, "watch-per-stream", 1);
        int puts = BenchFlags.count(flags, "put-total", 1);
        List<ByteString> watched = new ArrayList<>(watchers);
        Map<ByteString, Integer> watchersOf = new HashMap<>();
        for (int i = 0; i < watchers; i++) {
            ByteString key = keys.get(i % keys.size());
            watched.add(key);
            watchersOf.merge(key, 1, Integer::sum);
        }
        long events = 0;
        for (int i = 0; i < puts; i++) {
            events += watchersOf.getOrDefault(keys.get(i % keys.size()), 0);
        }
        Clock clock = session.clock();
        Latencies[] received = fresh(session.lanes().count());
        try (WatchStreams open =
                new WatchStreams(
                        session.lanes(),
                        clock,
                        streams,
                        (lane, _, count, now) -> received[lane].recordMoments(now, count))) {
            long start = clock.monotonicNanos();
            Latencies creations = open.create(watched, 0, false, session.waiting());
            session.report()
                    .add(
                            "Watch creation summary:\n",
                            new Section(
                                    "watch creation", creations, clock.monotonicNanos() - start));
            long begin = clock.monotonicNanos();
            WatchStreams.Expectation all = open.expectEvents(events);
            Pace pace = Pace.limited(BenchFlags.count(flags, "put-rate", 0), begin);
            requireAll(
                    new CallLoop(
                                    session.lanes(),
                                    clock,
                                    pace,
                                    (_, number, _) ->
                                            PutCommand.put(
                                                    keys.get((int) (number % keys.size())), VALUE),
                                    puts,
                                    1)
                            .run(session.clients(), session.waiting())[0]);
            open.await(all, session.waiting());
            session.report()
                    .add(
                            "Watch events received summary:\n",
                            new Section(
                                    "watch events", sum(received), clock.monotonicNanos() - begin));
        }
    }

    private static List<ByteString> watchedKeys(ParsedFlags flags) throws ToolFailure {
        int keyBytes = BenchFlags.count(flags, "key-size", 1);
        int keySpace = BenchFlags.count(flags, "key-space-size", 1);
        boolean isSequential = flags.isOn("sequential-keys");
        SplittableRandom random = new SplittableRandom();
        List<ByteString> keys = new ArrayList<>();
        int total = BenchFlags.count(flags, "watched-key-total", 1);
        for (int i = 0; i < total; i++) {
            keys.add(Keys.key(isSequential ? i % keySpace : random.nextInt(keySpace), keyBytes));
        }
        return keys;
    }

    private static Latencies[] fresh(int count) {
        Latencies[] all = new Latencies[count];
        Arrays.setAll(all, _ -> new Latencies());
        return all;
    }

    private static Latencies sum(Latencies[] parts) {
        Latencies all = new Latencies();
        for (Latencies part : parts) {
            all.add(part);
        }
        return all;
    }

    /** Events that never come must not be waited for. */
    private static void requireAll(Latencies puts) throws ToolFailure {
        if (!puts.errors().isEmpty()) {
            throw ToolFailure.error("puts failed: " + puts.errors());
        }
    }

    // ---------------------------------------------------------------- watch-latency

    Command latency() {
        return new Command("watch-latency", "Benchmark watch latency")
                .describe(
                        """
                        Benchmarks the latency of watches: from the moment at which a put has returned until its
                        event is there, 0 where the event is there first.\
                        """)
                .flags(
                        Flag.number("streams", 10, "Total watch streams"),
                        Flag.number("watchers-per-stream", 10, "Total watchers per stream"),
                        Flag.bool("prevkv", "PrevKV enabled on watch requests"),
                        Flag.number("put-total", 1000, "Total number of put requests"),
                        Flag.number(
                                "put-rate",
                                100,
                                "Number of keys to put per second (0 is no limit)"),
                        Flag.number("key-size", 32, "Key size of watch response"),
                        Flag.number("val-size", 32, "Value size of watch response"))
                .does(flags -> context.measured(flags, WatchCommands::runLatency));
    }

    private static void runLatency(BenchSession session)
            throws ToolFailure, CallFailure, InterruptedException {
        ParsedFlags flags = session.flags();
        SplittableRandom random = new SplittableRandom();
        ByteString key = Keys.random(BenchFlags.count(flags, "key-size", 1), random);
        ByteString value = Keys.random(BenchFlags.count(flags, "val-size", 0), random);
        int streams = BenchFlags.count(flags, "streams", 1);
        int watchers = streams * BenchFlags.count(flags, "watchers-per-stream", 1);
        int puts = BenchFlags.count(flags, "put-total", 1);
        Clock clock = session.clock();
        Pace pace = Pace.limited(BenchFlags.count(flags, "put-rate", 0), clock.monotonicNanos());
        Latencies[] received = fresh(session.lanes().count());
        // When the put of an event has returned; 0 as long as it has not.
        AtomicLongArray returned = new AtomicLongArray(puts);
        try (WatchStreams open =
                new WatchStreams(
                        session.lanes(),
                        clock,
                        streams,
                        (lane, first, count, now) -> {
                            for (int i = first; i < first + count; i++) {
                                long from = returned.get(i);
                                received[lane].record(from == 0 ? now : from, now);
                            }
                        })) {
            var _ =
                    open.create(
                            Collections.nCopies(watchers, key),
                            0,
                            flags.isOn("prevkv"),
                            session.waiting());
            long start = clock.monotonicNanos();
            WatchStreams.Expectation all = open.expectEvents((long) puts * watchers);
            Latencies putTimes = putOneByOne(session, pace, key, value, returned);
            long putsEnd = clock.monotonicNanos();
            open.await(all, session.waiting());
            session.report()
                    .add("\nPut summary:\n", new Section("puts", putTimes, putsEnd - start));
            session.report()
                    .add(
                            "\nWatch events summary:\n",
                            new Section(
                                    "watch events", sum(received), clock.monotonicNanos() - start));
        }
    }

    private static Latencies putOneByOne(
            BenchSession session,
            Pace pace,
            ByteString key,
            ByteString value,
            AtomicLongArray returned)
            throws CallFailure {
        PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
        Clock clock = session.clock();
        Latencies times = new Latencies();
        for (int i = 0; i < returned.length(); i++) {
            long now = clock.monotonicNanos();
            long due = pace.reserve(now);
            if (due > now) {
                EtcdClient.pause(due - now);
            }
            long begin = clock.monotonicNanos();
            session.client().call(KVGrpc.getPutMethod(), put, null);
            long end = clock.monotonicNanos();
            returned.set(i, end);
            times.record(begin, end);
        }
        return times;
    }

    // ---------------------------------------------------------------- watch-get

    Command get() {
        return new Command("watch-get", "Benchmark watch with get")
                .describe("Benchmark for serialized key gets with many unsynced watchers")
                .flags(
                        Flag.number("watchers", 10_000, "Total number of watchers"),
                        Flag.number("streams", 1, "Total number of watcher streams"),
                        Flag.number("events", 8, "Number of events per watcher"))
                .does(flags -> context.measured(flags, WatchCommands::runGet));
    }

    private static void runGet(BenchSession session)
            throws ToolFailure, CallFailure, InterruptedException {
        ParsedFlags flags = session.flags();
        int watchers = BenchFlags.count(flags, "watchers", 1);
        int events = BenchFlags.count(flags, "events", 1);
        int streams = BenchFlags.count(flags, "streams", 1);
        ByteString key = ByteString.copyFromUtf8("watchkey");
        long firstRevision = 0;
        for (int i = 0; i < events; i++) {
            PutRequest put =
                    PutRequest.newBuilder()
                            .setKey(key)
                            .setValue(ByteString.copyFromUtf8(String.valueOf(i)))
                            .build();
            long revision =
                    session.client()
                            .call(KVGrpc.getPutMethod(), put, null)
                            .getHeader()
                            .getRevision();
            firstRevision = i == 0 ? revision : firstRevision;
        }
        Clock clock = session.clock();
        long start = clock.monotonicNanos();
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Latencies> gets = new CompletableFuture<>();
        try (EtcdClient reader = EtcdClient.connect(session.settings());
                WatchStreams open =
                        new WatchStreams(session.lanes(), clock, streams, (_, _, _, _) -> {})) {
            var _ = Thread.ofVirtual().start(() -> gets.complete(getUntil(isOver, reader, clock)));
            var _ =
                    open.create(
                            Collections.nCopies(watchers, key),
                            firstRevision,
                            false,
                            session.waiting());
            open.await(open.expectEvents((long) watchers * events), session.waiting());
            isOver.set(true);
            long elapsed = clock.monotonicNanos() - start;
            session.report()
                    .add("Get during watch summary:\n", new Section("get", gets.get(), elapsed));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            isOver.set(true);
        }
    }

    private static Latencies getUntil(AtomicBoolean isOver, EtcdClient client, Clock clock) {
        RangeRequest get =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("abc"))
                        .setSerializable(true)
                        .build();
        Latencies times = new Latencies();
        while (!isOver.get()) {
            long begin = clock.monotonicNanos();
            try {
                client.call(KVGrpc.getRangeMethod(), get, null);
                times.record(begin, clock.monotonicNanos());
            } catch (CallFailure e) {
                times.failed(e.text());
            }
        }
        return times;
    }
}
