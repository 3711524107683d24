package dev.plinth.server.concurrency;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;

/** One watcher, read by the thread that opened it. */
final class KeyWatch implements AutoCloseable {
    private final BlockingClientCall<WatchRequest, WatchResponse> call;

    /** Opens a watcher; an empty {@code rangeEnd} watches the key alone. */
    KeyWatch(Channel channel, ByteString key, ByteString rangeEnd, long startRevision)
            throws InterruptedException, StatusException {
        call =
                ClientCalls.blockingBidiStreamingCall(
                        channel, WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        call.write(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(key)
                                        .setRangeEnd(rangeEnd)
                                        .setStartRevision(startRevision))
                        .build());
    }

    /**
     * The next response with events.
     *
     * @throws StatusException when the watcher has ended: its history was compacted, the caller may
     *     not read the key, or the member stops
     */
    WatchResponse next() throws InterruptedException, StatusException {
        while (true) {
            WatchResponse response = call.read();
            if (response == null) {
                throw Status.UNKNOWN
                        .withDescription("lost watcher waiting for delete")
                        .asException();
            }
            if (response.getCanceled()) {
                throw Status.UNKNOWN.withDescription(reason(response)).asException();
            }
            if (response.getEventsCount() > 0) {
                return response;
            }
        }
    }

    private static String reason(WatchResponse response) {
        if (response.getCompactRevision() != 0) {
            return "etcdserver: mvcc: required revision has been compacted";
        }
        return response.getCancelReason();
    }

    @Override
    public void close() {
        call.cancel("no longer watched", null);
    }
}
