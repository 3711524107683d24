package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.HashKVResponse;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.server.config.GoDuration;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import io.grpc.MethodDescriptor;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** {@code bench put}. */
final class PutCommand {
    private static final MethodDescriptor<PutRequest, Boolean> PUT =
            Call.unread(KVGrpc.getPutMethod());
    private static final double KILO = 1000;

    private final BenchContext context;

    PutCommand(BenchContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("put", "Benchmark put")
                .flags(
                        Flag.number("key-size", 8, "Key size of put request"),
                        Flag.number("val-size", 8, "Value size of put request"),
                        Flag.unsigned("rate", 0, "Maximum puts per second (0 is no limit)"),
                        Flag.number("total", 10_000, "Total number of put requests"),
                        Flag.number("key-space-size", 1, "Maximum possible keys"),
                        Flag.bool("sequential-keys", "Use sequential keys"),
                        Flag.duration(
                                "compact-interval",
                                "0s",
                                "Interval to compact database (0 is never)"),
                        Flag.number(
                                "compact-index-delta",
                                1000,
                                "Delta between current revision and compact revision"),
                        Flag.bool("check-hashkv", "Check the hash of all keys afterwards"))
                .does(flags -> context.measured(flags, this::run));
    }

    /** A put of a key of the space. */
    static Call<PutRequest> put(ByteString key, ByteString value) {
        return new Call<>(PUT, PutRequest.newBuilder().setKey(key).setValue(value).build(), 0);
    }

    private void run(BenchSession session) throws ToolFailure, CallFailure, InterruptedException {
        ParsedFlags flags = session.flags();
        int keySpace = BenchFlags.count(flags, "key-space-size", 1);
        int keyBytes = BenchFlags.count(flags, "key-size", 1);
        boolean isSequential = flags.isOn("sequential-keys");
        ByteString value =
                Keys.random(BenchFlags.count(flags, "val-size", 0), new SplittableRandom());
        int total = BenchFlags.count(flags, "total", 1);
        long interval = flags.nanos("compact-interval");
        try (ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory())) {
            if (interval > 0) {
                long delta = flags.number("compact-index-delta");
                var _ =
                        timer.scheduleAtFixedRate(
                                () -> compact(session.client(), delta),
                                interval,
                                interval,
                                TimeUnit.NANOSECONDS);
            }
            session.measure(
                    "put",
                    total,
                    session.pace(),
                    (_, number, random) -> {
                        long key = isSequential ? number % keySpace : random.nextInt(keySpace);
                        return put(Keys.key(key, keyBytes), value);
                    });
            timer.shutdownNow();
        }
        if (flags.isOn("check-hashkv")) {
            printHash(session);
        }
    }

    private void compact(EtcdClient client, long delta) {
        try {
            long revision =
                    client.call(
                                    KVGrpc.getRangeMethod(),
                                    RangeRequest.newBuilder()
                                            .setKey(ByteString.copyFromUtf8("foo"))
                                            .build(),
                                    null)
                            .getHeader()
                            .getRevision();
            if (revision > delta) {
                client.call(
                        KVGrpc.getCompactMethod(),
                        CompactionRequest.newBuilder().setRevision(revision - delta).build(),
                        null);
            }
        } catch (CallFailure e) {
            context.console().error("compaction: " + e.text());
        }
    }

    private static void printHash(BenchSession session) throws CallFailure {
        EtcdClient client = session.client();
        long start = session.clock().monotonicNanos();
        HashKVResponse hash =
                client.call(
                        MaintenanceGrpc.getHashKVMethod(),
                        HashKVRequest.getDefaultInstance(),
                        null);
        long took = session.clock().monotonicNanos() - start;
        long bytes =
                client.call(
                                MaintenanceGrpc.getStatusMethod(),
                                StatusRequest.getDefaultInstance(),
                                null)
                        .getDbSize();
        session.report()
                .print(
                        """

                        HashKV Summary:
                          HashKV: %s
                          Endpoint: %s
                          Time taken to get hashkv: %s
                          DB size: %s
                        """
                                .formatted(
                                        Integer.toUnsignedString(hash.getHash()),
                                        client.settings().endpoints().getFirst(),
                                        GoDuration.format(took),
                                        size(bytes)));
    }

    /** Bytes with a decimal unit and two or three digits. */
    private static String size(long bytes) {
        double value = (double) bytes;
        int unit = 0;
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        while (value >= KILO && unit < units.length - 1) {
            value /= KILO;
            unit++;
        }
        return String.format(
                Locale.ROOT, unit == 0 || value >= 10 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
