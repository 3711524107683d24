package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import dev.plinth.server.apply.RequestText;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.log.Log;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for every unary call that took longer than {@code
 * --warning-unary-request-duration}: what was asked, without values, and how much came back; and
 * one for every call on keys that took longer than 100 ms: which of its steps took how long. Any
 * thread; a call that is fast costs one look at the clock more.
 *
 * @param thresholdNanos calls that take longer get a line
 * @param wallMillis time of day
 */
public record SlowCalls(
        LongSupplier nanoClock, LongSupplier wallMillis, long thresholdNanos, Log log) {
    private static final long TRACE_NANOS = 100_000_000L;

    /** What etcd calls the operations whose steps it tells. */
    private static final Map<String, String> OPERATIONS =
            Map.of(
                    "etcdserverpb.KV/Range", "range",
                    "etcdserverpb.KV/Put", "put",
                    "etcdserverpb.KV/DeleteRange", "delete_range",
                    "etcdserverpb.KV/Txn", "transaction",
                    "etcdserverpb.KV/Compact", "compact");

    void answered(
            ServerCall<?, Reply> call,
            @Nullable Object request,
            @Nullable Reply response,
            CallTimes times) {
        long now = nanoClock.getAsLong();
        long nanos = now - times.start();
        if (nanos <= TRACE_NANOS && nanos <= thresholdNanos) {
            return;
        }
        Instant start = Instant.ofEpochMilli(wallMillis.getAsLong() - nanos / 1_000_000);
        Object message = request instanceof EncodedRequest<?> encoded ? encoded.message() : request;
        if (nanos > TRACE_NANOS) {
            trace(call.getMethodDescriptor().getFullMethodName(), message, start, times, now);
        }
        if (nanos <= thresholdNanos) {
            return;
        }
        log.warn(
                "request stats",
                "start time",
                start.toString(),
                "time spent",
                GoDuration.format(nanos),
                "remote",
                String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
                "response type",
                "/" + call.getMethodDescriptor().getFullMethodName(),
                "request size",
                message instanceof MessageLite sized ? sized.getSerializedSize() : -1,
                "response size",
                response == null ? -1 : response.size(),
                "request content",
                message == null ? "" : RequestText.oneLine(message));
    }

    /** Writes which steps took how long, of a call that ended now. */
    void trace(
            String method,
            @Nullable Object message,
            Instant start,
            CallTimes times,
            long endNanos) {
        String operation = OPERATIONS.get(method);
        if (operation == null) {
            return;
        }
        long nanos = endNanos - times.start();
        // It tells the lines of one call from those of others, as etcd's random number does.
        String name = "trace[" + (times.start() & Integer.MAX_VALUE) + "]";
        List<String> steps = new ArrayList<>();
        if (times.found() == 0) {
            steps.add(step(name, "process raft request", nanos));
        } else {
            steps.add(
                    step(
                            name,
                            "agreement among raft nodes before linearized reading",
                            times.readable() - times.start()));
            steps.add(
                    step(
                            name,
                            "range keys from index and store",
                            times.found() - times.readable()));
            steps.add(step(name, "send answer", endNanos - times.found()));
        }
        log.info(
                name + " " + operation,
                "detail",
                "{" + (message == null ? "" : RequestText.oneLine(message)) + "}",
                "duration",
                GoDuration.format(nanos),
                "start",
                start.toString(),
                "end",
                start.plusNanos(nanos).toString(),
                "steps",
                steps,
                "step_count",
                steps.size());
    }

    private static String step(String name, String what, long nanos) {
        return name + " '" + what + "'  (duration: " + GoDuration.format(nanos) + ")";
    }
}
