package dev.plinth.tools.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.tools.text.KeyRanges;
import dev.plinth.tools.text.RawText;
import io.grpc.MethodDescriptor;
import java.util.List;

/** {@code bench range}. */
final class RangeCommand {
    private static final int PAGE_KEYS = 10_000;
    private static final MethodDescriptor<RangeRequest, Boolean> RANGE =
            Call.unread(KVGrpc.getRangeMethod());
    private static final MethodDescriptor<RangeRequest, Boolean> STREAM =
            Call.unread(KVGrpc.getRangeStreamMethod());

    private final BenchContext context;

    RangeCommand(BenchContext context) {
        this.context = context;
    }

    Command command() {
        return new Command("range key [end-range]", "Benchmark range")
                .flags(
                        Flag.unsigned(
                                "rate", 0, "Maximum range requests per second (0 is no limit)"),
                        Flag.number("total", 10_000, "Total number of range requests"),
                        consistency(),
                        Flag.number(
                                "limit",
                                0,
                                "Maximum number of results to return from range request (0 is no"
                                        + " limit)"),
                        Flag.bool("count-only", "Only returns the count of keys"),
                        Flag.bool("keys-only", "Only returns the keys"),
                        Flag.bool("prefix", "Take the key for the beginning of all keys to read"),
                        Flag.bool("stream", "Use the streaming range call"),
                        Flag.bool(
                                "paginate",
                                "Read pages of 10000 keys, all at the first one's revision"))
                .does(flags -> context.measured(flags, this::run));
    }

    static Flag consistency() {
        return Flag.text("consistency", "l", "Linearizable(l) or Serializable(s)");
    }

    /** Whether reads may be answered without asking the other members; prints which it is. */
    static boolean isSerializable(BenchSession session) throws ToolFailure {
        return switch (session.flags().text("consistency")) {
            case "l" -> {
                session.report().print("bench with linearizable range\n");
                yield false;
            }
            case "s" -> {
                session.report().print("bench with serializable range\n");
                yield true;
            }
            default -> throw ToolFailure.error("unknown consistency, expected l or s");
        };
    }

    private void run(BenchSession session) throws ToolFailure, InterruptedException {
        ParsedFlags flags = session.flags();
        List<String> arguments = flags.arguments();
        if (arguments.isEmpty() || arguments.size() > 2) {
            throw ToolFailure.error("range takes a key and, if it is more than that, its end");
        }
        if (flags.isOn("stream") && flags.isOn("paginate")) {
            throw ToolFailure.error("--stream and --paginate exclude each other");
        }
        RangeRequest request = request(flags, arguments, isSerializable(session));
        int total = BenchFlags.count(flags, "total", 1);
        if (flags.isOn("paginate")) {
            new BlockingLoop(session, total)
                    .run("range", (client, _) -> readPages(client, request));
            return;
        }
        Call<RangeRequest> call = new Call<>(flags.isOn("stream") ? STREAM : RANGE, request, 0);
        session.measure("range", total, session.pace(), (_, _, _) -> call);
    }

    private static RangeRequest request(
            ParsedFlags flags, List<String> arguments, boolean isSerializable) throws ToolFailure {
        ByteString key = ByteString.copyFrom(RawText.encode(arguments.getFirst()));
        RangeRequest.Builder request =
                RangeRequest.newBuilder()
                        .setKey(key)
                        .setSerializable(isSerializable)
                        .setLimit(BenchFlags.count(flags, "limit", 0))
                        .setCountOnly(flags.isOn("count-only"))
                        .setKeysOnly(flags.isOn("keys-only"));
        if (arguments.size() == 2) {
            if (flags.isOn("prefix")) {
                throw ToolFailure.error("--prefix needs no end of the range");
            }
            request.setRangeEnd(ByteString.copyFrom(RawText.encode(arguments.get(1))));
        } else if (flags.isOn("prefix")) {
            request.setRangeEnd(KeyRanges.prefixEnd(key));
        }
        return request.build();
    }

    private static void readPages(EtcdClient client, RangeRequest whole) throws CallFailure {
        RangeRequest.Builder page = whole.toBuilder();
        long left = whole.getLimit() == 0 ? Long.MAX_VALUE : whole.getLimit();
        RangeResponse answer;
        do {
            page.setLimit(Math.min(left, PAGE_KEYS));
            answer = client.call(KVGrpc.getRangeMethod(), page.build(), null);
            left -= answer.getKvsCount();
            if (answer.getKvsCount() > 0) {
                page.setKey(
                        answer.getKvs(answer.getKvsCount() - 1)
                                .getKey()
                                .concat(KeyRanges.OPEN_END));
            }
            if (page.getRevision() == 0) {
                page.setRevision(answer.getHeader().getRevision());
            }
        } while (answer.getMore() && left > 0 && answer.getKvsCount() > 0);
    }
}
