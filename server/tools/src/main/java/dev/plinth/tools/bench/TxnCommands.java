package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.text.RawText;
import io.grpc.MethodDescriptor;
import java.util.SplittableRandom;

/** {@code bench txn-put} and {@code bench txn-mixed}. */
final class TxnCommands {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final MethodDescriptor<TxnRequest, Boolean> TXN =
            Call.unread(KVGrpc.getTxnMethod());

    private final BenchContext context;

    TxnCommands(BenchContext context) {
        this.context = context;
    }

    /** What both write. */
    private record Writes(int keyBytes, ByteString value, int operations, int keySpace) {
        static Writes of(ParsedFlags flags) throws ToolFailure {
            int operations = BenchFlags.count(flags, "txn-ops", 1);
            int keySpace = BenchFlags.count(flags, "key-space-size", 1);
            if (operations > keySpace) {
                throw ToolFailure.error(
                        "expected --txn-ops no larger than --key-space-size, got txn-ops(%d) key-space-size(%d)"
                                .formatted(operations, keySpace));
            }
            return new Writes(
                    BenchFlags.count(flags, "key-size", 1),
                    Keys.random(BenchFlags.count(flags, "val-size", 0), new SplittableRandom()),
                    operations,
                    keySpace);
        }

        /** Puts of keys that lie side by side in the space. */
        Call<TxnRequest> call(long firstKey, int kind) {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            for (int i = 0; i < operations; i++) {
                txn.addSuccess(
                        RequestOp.newBuilder()
                                .setRequestPut(
                                        PutRequest.newBuilder()
                                                .setKey(
                                                        Keys.key(
                                                                (firstKey + i) % keySpace,
                                                                keyBytes))
                                                .setValue(value)));
            }
            return new Call<>(TXN, txn.build(), kind);
        }
    }

    private static Command writing(Command command) {
        return command.flags(
                Flag.number("key-size", 8, "Key size of txn put"),
                Flag.number("val-size", 8, "Value size of txn put"),
                Flag.number("txn-ops", 1, "Number of puts per txn"),
                Flag.unsigned("rate", 0, "Maximum txns per second (0 is no limit)"),
                Flag.number("total", 10_000, "Total number of txn requests"),
                Flag.number("key-space-size", 1, "Maximum possible keys"));
    }

    // ---------------------------------------------------------------- txn-put

    Command put() {
        return writing(new Command("txn-put", "Benchmark txn-put"))
                .does(flags -> context.measured(flags, TxnCommands::runPut));
    }

    private static void runPut(BenchSession session) throws ToolFailure, InterruptedException {
        Writes writes = Writes.of(session.flags());
        session.measure(
                "txn-put",
                BenchFlags.count(session.flags(), "total", 1),
                session.pace(),
                (_, number, _) -> writes.call(number * writes.operations(), 0));
    }

    // ---------------------------------------------------------------- txn-mixed

    Command mixed() {
        return writing(
                        new Command(
                                "txn-mixed key [end-range]",
                                "Benchmark a mixed load of txn-put & txn-range."))
                .flags(
                        Flag.text(
                                "end-key",
                                "",
                                "Read operation range end key. By default, we do full range query with the default limit of 1000."),
                        Flag.number("limit", 1000, "Read operation range result limit"),
                        RangeCommand.consistency(),
                        Flag.text("rw-ratio", "1", "Read/write ops ratio"))
                .does(flags -> context.measured(flags, TxnCommands::runMixed));
    }

    private static void runMixed(BenchSession session) throws ToolFailure, InterruptedException {
        ParsedFlags flags = session.flags();
        Writes writes = Writes.of(flags);
        Call<TxnRequest> read = read(session);
        double ratio = ratio(flags.text("rw-ratio"));
        double readShare = ratio / (1 + ratio);
        long start = session.clock().monotonicNanos();
        CallLoop loop =
                new CallLoop(
                        session.lanes(),
                        session.clock(),
                        session.pace(),
                        (_, _, random) ->
                                random.nextDouble() < readShare
                                        ? read
                                        : writes.call(random.nextInt(writes.keySpace()), WRITE),
                        BenchFlags.count(flags, "total", 1),
                        2);
        Latencies[] latencies = loop.run(session.clients(), session.waiting());
        long elapsed = session.clock().monotonicNanos() - start;
        session.report()
                .add(
                        "Total Read Ops: %d\nDetails:".formatted(latencies[READ].count()),
                        new Section("reads", latencies[READ], elapsed));
        session.report()
                .add(
                        "\nTotal Write Ops: %d\nDetails:".formatted(latencies[WRITE].count()),
                        new Section("writes", latencies[WRITE], elapsed));
    }

    private static double ratio(String text) throws ToolFailure {
        try {
            double ratio = GoNumbers.parseFloat(text);
            if (ratio >= 0 && Double.isFinite(ratio)) {
                return ratio;
            }
        } catch (CommandFailure e) {
            throw ToolFailure.error("--rw-ratio: " + e.getMessage());
        }
        throw ToolFailure.error("expected --rw-ratio of at least 0, got (" + text + ")");
    }

    /** A range within a transaction; of all keys where none is named. */
    private static Call<TxnRequest> read(BenchSession session) throws ToolFailure {
        ParsedFlags flags = session.flags();
        if (flags.arguments().size() > 1) {
            throw ToolFailure.error("txn-mixed takes one key at most; --end-key names the end");
        }
        boolean isSerializable = RangeCommand.isSerializable(session);
        boolean isAll = flags.arguments().isEmpty();
        ByteString zero = ByteString.copyFrom(new byte[1]);
        String end = flags.text("end-key");
        RangeRequest.Builder range =
                RangeRequest.newBuilder()
                        .setKey(
                                isAll
                                        ? zero
                                        : ByteString.copyFrom(
                                                RawText.encode(flags.arguments().getFirst())))
                        .setLimit(BenchFlags.count(flags, "limit", 0))
                        .setSerializable(isSerializable);
        if (!end.isEmpty()) {
            range.setRangeEnd(ByteString.copyFrom(RawText.encode(end)));
        } else if (isAll) {
            range.setRangeEnd(zero);
        }
        TxnRequest txn =
                TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestRange(range))
                        .build();
        return new Call<>(TXN, txn, READ);
    }
}
