package dev.plinth.tools.client;

import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a lease alive: renews at once, then each third of its time to live, on a stream that is
 * opened again when it breaks. One thread calls {@link #next}.
 */
public final class LeaseRenewal implements AutoCloseable {
    private static final long FIRST_ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long REOPEN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final EtcdClient client;
    private final long lease;
    private final BlockingQueue<StreamSignal<LeaseKeepAliveResponse>> signals =
            new LinkedBlockingQueue<>();
    private @Nullable ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream;
    private long sendAtNanos;
    private long deadlineNanos;

    /** A renewal that begins now. */
    public LeaseRenewal(EtcdClient client, long lease) {
        this.client = client;
        this.lease = lease;
        this.sendAtNanos = System.nanoTime();
        this.deadlineNanos =
                sendAtNanos + client.settings().dialTimeoutNanos() + FIRST_ANSWER_NANOS;
    }

    /**
     * Renews when it is time to, and waits for the answer.
     *
     * @return the answer, or null when the lease is gone or was not renewed in time
     */
    public @Nullable LeaseKeepAliveResponse next() throws InterruptedException {
        long wait = sendAtNanos - System.nanoTime();
        StreamSignal<LeaseKeepAliveResponse> early =
                wait > 0 ? signals.poll(wait, TimeUnit.NANOSECONDS) : null;
        if (early != null) {
            stream = null;
        }
        boolean isSent = false;
        while (System.nanoTime() - deadlineNanos < 0) {
            if (!isSent || stream == null) {
                send();
                isSent = true;
            }
            StreamSignal<LeaseKeepAliveResponse> signal =
                    signals.poll(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (signal == null) {
                return null;
            }
            LeaseKeepAliveResponse response = signal.response();
            if (response == null) {
                stream = null;
                EtcdClient.pause(REOPEN_PAUSE_NANOS);
                client.renewToken();
            } else if (response.getTTL() <= 0) {
                return null;
            } else {
                long ttlNanos = TimeUnit.SECONDS.toNanos(response.getTTL());
                deadlineNanos = System.nanoTime() + ttlNanos;
                sendAtNanos = System.nanoTime() + ttlNanos / 3;
                return response;
            }
        }
        return null;
    }

    private void send() {
        ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call = stream;
        if (call == null) {
            call = client.stream(LeaseGrpc.getLeaseKeepAliveMethod(), false, null);
            call.start(StreamSignal.into(signals, call), new Metadata());
            call.request(1);
            stream = call;
        }
        call.sendMessage(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    }

    /**
     * Renews once; a broken stream is opened again.
     *
     * @throws CallFailure if the server refuses
     */
    public LeaseKeepAliveResponse once() throws CallFailure, InterruptedException {
        while (true) {
            send();
            StreamSignal<LeaseKeepAliveResponse> signal = signals.take();
            LeaseKeepAliveResponse response = signal.response();
            if (response != null) {
                return response;
            }
            stream = null;
            switch (signal.status().getCode()) {
                case UNAVAILABLE, INTERNAL -> EtcdClient.pause(REOPEN_PAUSE_NANOS);
                default -> throw CallFailure.of(signal.status());
            }
        }
    }

    @Override
    public void close() {
        ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call = stream;
        if (call != null) {
            call.cancel("closed", null);
        }
    }
}
