package dev.plinth.tools.ctl;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DefragmentRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.server.cli.GoText;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.KeyRanges;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** check perf and check datascale: whether a cluster bears a load of a known size. */
final class CheckCommand {
    private static final long PERF_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final double SLOWEST_SECONDS_MAX = 0.5;
    private static final double STDDEV_SECONDS_MAX = 0.1;
    private static final double THROUGHPUT_SHARE_MIN = 0.9;
    private static final int PERF_KEY_BYTES = 256;
    private static final int PERF_VALUE_BYTES = 1024;
    private static final int SCALE_BYTES = 512;
    private static final long SEED = 1;

    /** A load by its name: puts per second and clients, or pairs and clients. */
    private record Load(long size, int clients) {}

    private final CtlContext context;

    CheckCommand(CtlContext context) {
        this.context = context;
    }

    Command command() {
        return new Command(
                        "check <subcommand>",
                        "commands for checking properties of the etcd cluster")
                .add(datascale(), perf());
    }

    private static Flag[] flags(String prefix) {
        return new Flag[] {
            Flag.text(
                    "load",
                    "s",
                    "The check's workload model. Accepted workloads: s(small), m(medium), l(large),"
                            + " xl(xLarge)"),
            Flag.text("prefix", prefix, "The prefix for writing the check's keys."),
            Flag.bool("auto-compact", "Compact storage with last revision after test is finished."),
            Flag.bool("auto-defrag", "Defragment storage after test is finished.")
        };
    }

    private static Load load(String name, Load small, Load medium, Load large, Load extraLarge)
            throws ToolFailure {
        return switch (name) {
            case "s", "small" -> small;
            case "m", "medium" -> medium;
            case "l", "large" -> large;
            case "xl", "xLarge" -> extraLarge;
            default ->
                    throw new ToolFailure(ToolFailure.BAD_FEATURE, "unknown load option " + name);
        };
    }

    // ---------------------------------------------------------------- perf

    private Command perf() {
        return new Command("perf [options]", "Check the performance of the etcd cluster")
                .flags(flags("/etcdctl-check-perf/"))
                .does(this::runPerf);
    }

    private void runPerf(ParsedFlags flags) throws ToolFailure {
        Load load =
                load(
                        flags.text("load"),
                        new Load(150, 50),
                        new Load(1000, 200),
                        new Load(8000, 500),
                        new Load(15_000, 1000));
        ByteString value = ByteString.copyFrom(new byte[PERF_VALUE_BYTES]);
        context.connected(
                flags,
                session -> {
                    KeyFlags.Range range = freeRange(flags, session);
                    LoadRun.Outcome outcome;
                    try {
                        outcome =
                                underLoad(
                                        session,
                                        range,
                                        load,
                                        Long.MAX_VALUE,
                                        PERF_NANOS,
                                        (double) load.size(),
                                        PERF_KEY_BYTES,
                                        value);
                    } finally {
                        cleanUp(flags, session, range);
                    }
                    judge(session.console(), outcome, load.size());
                });
    }

    private static void judge(Console console, LoadRun.Outcome outcome, long limit)
            throws ToolFailure {
        boolean isPassed = true;
        outcome.errors()
                .forEach((error, count) ->
                        console.println("FAIL: ERROR(" + error + ") -> " + count));
        if (!outcome.errors().isEmpty()) {
            console.println("FAIL: too many errors");
            isPassed = false;
        }
        long writes = (long) outcome.perSecond() + 1;
        if (outcome.perSecond() / limit <= THROUGHPUT_SHARE_MIN) {
            console.println("FAIL: Throughput too low: " + writes + " writes/s");
            isPassed = false;
        } else {
            console.println("PASS: Throughput is " + writes + " writes/s");
        }
        double slowest = outcome.slowestNanos() / 1e9;
        if (slowest > SLOWEST_SECONDS_MAX) {
            console.println("Slowest request took too long: %fs".formatted(slowest));
            isPassed = false;
        } else {
            console.println("PASS: Slowest request took %fs".formatted(slowest));
        }
        if (outcome.stddevSeconds() > STDDEV_SECONDS_MAX) {
            console.println("Stddev too high: %fs".formatted(outcome.stddevSeconds()));
            isPassed = false;
        } else {
            console.println("PASS: Stddev is %fs".formatted(outcome.stddevSeconds()));
        }
        console.println(isPassed ? "PASS" : "FAIL");
        if (!isPassed) {
            throw ToolFailure.silent(ToolFailure.ERROR);
        }
    }

    // ---------------------------------------------------------------- datascale

    private Command datascale() {
        return new Command(
                        "datascale [options]",
                        "Check the memory usage of holding data for different workloads on a given"
                                + " server endpoint.")
                .describe(
                        "If no endpoint is provided, localhost will be used. If multiple endpoints"
                                + " are provided, first endpoint will be used.")
                .flags(flags("/etcdctl-check-datascale/"))
                .does(this::runScale);
    }

    private void runScale(ParsedFlags flags) throws ToolFailure {
        Load load =
                load(
                        flags.text("load"),
                        new Load(10_000, 50),
                        new Load(100_000, 200),
                        new Load(1_000_000, 500),
                        new Load(3_000_000, 1000));
        byte[] value = new byte[SCALE_BYTES];
        new Random(SEED).nextBytes(value);
        context.connected(
                flags,
                session -> {
                    KeyFlags.Range range = freeRange(flags, session);
                    Console console = session.console();
                    String endpoint = session.client().settings().endpoints().getFirst();
                    double before = ServerMemory.residentBytes(endpoint);
                    console.println(
                            ("Start data scale check for work load [%d key-value pairs, %d bytes"
                                            + " per key-value, %d concurrent clients].")
                                    .formatted(load.size(), 2 * SCALE_BYTES, load.clients()));
                    console.flush();
                    LoadRun.Outcome outcome;
                    double after;
                    try {
                        outcome =
                                underLoad(
                                        session,
                                        range,
                                        load,
                                        load.size(),
                                        Long.MAX_VALUE,
                                        0,
                                        SCALE_BYTES,
                                        ByteString.copyFrom(value));
                        after = ServerMemory.residentBytes(endpoint);
                    } finally {
                        cleanUp(flags, session, range);
                    }
                    outcome.errors()
                            .forEach((error, count) ->
                                    console.println("FAIL: ERROR(" + error + ") -> " + count));
                    if (!outcome.errors().isEmpty()) {
                        throw ToolFailure.silent(ToolFailure.ERROR);
                    }
                    console.println(
                            "PASS: Approximate system memory used : %.2f MB."
                                    .formatted((after - before) / (1 << 20)));
                });
    }

    // ---------------------------------------------------------------- what both share

    /** The range of the check's keys, which must be empty. */
    private static KeyFlags.Range freeRange(ParsedFlags flags, CtlSession session)
            throws CallFailure, ToolFailure {
        String prefix = flags.text("prefix");
        String whole = prefix.endsWith("/") ? prefix : prefix + "/";
        ByteString key = KeyFlags.bytes(whole);
        KeyFlags.Range range = new KeyFlags.Range(key, KeyRanges.prefixEnd(key));
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(range.key())
                        .setRangeEnd(range.end())
                        .setLimit(1)
                        .build();
        if (session.call(KVGrpc.getRangeMethod(), request).getKvsCount() > 0) {
            throw new ToolFailure(
                    ToolFailure.INVALID_INPUT,
                    "prefix %s has keys. Delete with 'etcdctl del --prefix %s' first"
                            .formatted(GoText.quote(whole), whole));
        }
        return range;
    }

    private LoadRun.Outcome underLoad(
            CtlSession session,
            KeyFlags.Range range,
            Load load,
            long total,
            long durationNanos,
            double perSecond,
            int keyBytes,
            ByteString value)
            throws CallFailure {
        try (LoadRun run = new LoadRun(session.client().settings(), load.clients());
                EndSignals.Registration _ =
                        context.signals()
                                .onEnd(() -> {
                                    try {
                                        delete(session, range);
                                    } catch (CallFailure e) {
                                        session.console().error("Error: " + e.text());
                                    }
                                })) {
            return run.run(
                    load.clients(),
                    total,
                    durationNanos,
                    perSecond,
                    number -> key(range.key(), number, keyBytes),
                    value);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CallFailure.local("interrupted");
        }
    }

    private static ByteString key(ByteString prefix, long number, int bytes) {
        byte[] text = new byte[bytes];
        byte[] digits = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, text, bytes - digits.length, digits.length);
        return prefix.concat(ByteString.copyFrom(text));
    }

    private static DeleteRangeResponse delete(CtlSession session, KeyFlags.Range range)
            throws CallFailure {
        return session.patientCall(
                KVGrpc.getDeleteRangeMethod(),
                DeleteRangeRequest.newBuilder()
                        .setKey(range.key())
                        .setRangeEnd(range.end())
                        .build());
    }

    private static void cleanUp(ParsedFlags flags, CtlSession session, KeyFlags.Range range)
            throws CallFailure {
        long revision = delete(session, range).getHeader().getRevision();
        Console console = session.console();
        if (flags.isOn("auto-compact")) {
            console.println("Compacting with revision " + revision);
            session.patientCall(
                    KVGrpc.getCompactMethod(),
                    CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
            console.println("Compacted with revision " + revision);
        }
        if (flags.isOn("auto-defrag")) {
            List<String> endpoints = new ArrayList<>(session.client().settings().endpoints());
            for (String endpoint : endpoints) {
                console.println("Defragmenting " + GoText.quote(endpoint));
                try (EtcdClient client =
                        EtcdClient.connect(
                                session.client().settings().withEndpoints(List.of(endpoint)))) {
                    client.call(
                            MaintenanceGrpc.getDefragmentMethod(),
                            DefragmentRequest.getDefaultInstance(),
                            null);
                }
                console.println("Defragmented " + GoText.quote(endpoint));
            }
        }
    }
}
