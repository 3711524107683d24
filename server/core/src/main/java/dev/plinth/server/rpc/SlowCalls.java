package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import dev.plinth.server.apply.RequestText;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.log.Log;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for every unary call that took longer than {@code
 * --warning-unary-request-duration}: what was asked, without values, and how much came back. Any
 * thread; a call that is fast costs one look at the clock more.
 *
 * @param thresholdNanos calls that take longer get a line
 * @param wallMillis time of day
 */
public record SlowCalls(
        LongSupplier nanoClock, LongSupplier wallMillis, long thresholdNanos, Log log) {
    void answered(
            ServerCall<?, Reply> call,
            @Nullable Object request,
            @Nullable Reply response,
            long startNanos) {
        long nanos = nanoClock.getAsLong() - startNanos;
        if (nanos <= thresholdNanos) {
            return;
        }
        Instant start = Instant.ofEpochMilli(wallMillis.getAsLong() - nanos / 1_000_000);
        Object message = request instanceof EncodedRequest<?> encoded ? encoded.message() : request;
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
}
