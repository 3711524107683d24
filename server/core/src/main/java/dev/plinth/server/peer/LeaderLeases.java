package dev.plinth.server.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.leasepb.LeaseInternalRequest;
import dev.plinth.api.leasepb.LeaseInternalResponse;
import dev.plinth.mvcc.lease.LeaseTimeToLive;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks whichever member leads about leases: this one directly, another one over the network. An
 * attempt that fails is repeated after a pause, since leaders change, until the request timeout.
 * Source: peer-protocol.md 10.6.
 */
public final class LeaderLeases implements LeaseCalls {
    static final String NOT_PRIMARY = "not a primary lessor";

    private static final long PAUSE_NANOS = 50_000_000L;
    private static final int ANSWER_BYTES_MAX = 100 << 20;

    /** Reads an answer's body. */
    private interface Reader<T> {
        T read(byte[] body) throws InvalidProtocolBufferException;
    }

    private final LocalMember member;
    private final LeaseCalls own;
    private final PeerDialer dialer;
    private final PeerHttp http;
    private final long timeoutNanos;
    private final LongSupplier nanoClock;

    /**
     * @param member this member
     * @param own this member's leases
     * @param timeoutNanos the request timeout
     */
    public LeaderLeases(
            LocalMember member,
            LeaseCalls own,
            PeerDialer dialer,
            long timeoutNanos,
            LongSupplier nanoClock) {
        this.member = member;
        this.own = own;
        this.dialer = dialer;
        this.http = new PeerHttp(dialer);
        this.timeoutNanos = timeoutNanos;
        this.nanoClock = nanoClock;
    }

    @Override
    public CompletionStage<Long> renew(long id) {
        byte[] request = LeaseKeepAliveRequest.newBuilder().setID(id).build().toByteArray();
        return new Call<Long>(
                        "/leases",
                        request,
                        () -> own.renew(id),
                        body -> LeaseKeepAliveResponse.parseFrom(body).getTTL())
                .start();
    }

    @Override
    public CompletionStage<LeaseTimeToLive> timeToLive(long id, boolean withKeys) {
        byte[] request =
                LeaseInternalRequest.newBuilder()
                        .setLeaseTimeToLiveRequest(
                                LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(withKeys))
                        .build()
                        .toByteArray();
        return new Call<LeaseTimeToLive>(
                        "/leases/internal",
                        request,
                        () -> own.timeToLive(id, withKeys),
                        LeaderLeases::timeToLive)
                .start();
    }

    private static LeaseTimeToLive timeToLive(byte[] body) throws InvalidProtocolBufferException {
        LeaseTimeToLiveResponse found =
                LeaseInternalResponse.parseFrom(body).getLeaseTimeToLiveResponse();
        return new LeaseTimeToLive(
                found.getGrantedTTL(),
                found.getTTL(),
                found.getKeysList().stream().map(ByteString::toByteArray).toList());
    }

    /** One question, through all its attempts. */
    private final class Call<T> {
        private final String path;
        private final byte[] request;
        private final Supplier<CompletionStage<T>> direct;
        private final Reader<T> reader;
        private final long deadlineNanos = nanoClock.getAsLong() + timeoutNanos;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private int attempts;

        Call(String path, byte[] request, Supplier<CompletionStage<T>> direct, Reader<T> reader) {
            this.path = path;
            this.request = request;
            this.direct = direct;
            this.reader = reader;
        }

        CompletionStage<T> start() {
            attempt();
            return result;
        }

        private void attempt() {
            long leaderId = member.leaderId();
            if (leaderId == member.memberId()) {
                var _ = direct.get().whenComplete(this::answeredHere);
                return;
            }
            List<String> urls = urls(leaderId);
            if (urls.isEmpty()) {
                again();
                return;
            }
            URI url = URI.create(urls.get(attempts++ % urls.size()));
            long left = Math.max(1, deadlineNanos - nanoClock.getAsLong());
            var _ =
                    http.post(
                                    url,
                                    path,
                                    Unpooled.wrappedBuffer(request),
                                    headers ->
                                            headers.set(
                                                    HttpHeaderNames.CONTENT_TYPE,
                                                    "application/protobuf"),
                                    left,
                                    ANSWER_BYTES_MAX)
                            .whenComplete((answer, _) -> answered(answer));
        }

        private void answeredHere(@Nullable T value, @Nullable Throwable failure) {
            if (failure == null) {
                result.complete(value);
                return;
            }
            RefusedException reason = RefusedException.of(failure);
            boolean isLeaderGone =
                    reason.error() == EtcdError.NOT_LEADER
                            || reason.error() == EtcdError.LEADER_CHANGED
                            || NOT_PRIMARY.equals(reason.getMessage());
            if (isLeaderGone) {
                again();
            } else {
                result.completeExceptionally(reason);
            }
        }

        private void answered(PeerHttp.@Nullable Answer answer) {
            if (answer != null && answer.status() == 404) {
                result.completeExceptionally(RefusedException.of(EtcdError.LEASE_NOT_FOUND));
                return;
            }
            if (answer == null || answer.status() != 200) {
                again();
                return;
            }
            try {
                result.complete(reader.read(answer.body()));
            } catch (InvalidProtocolBufferException e) {
                again();
            }
        }

        private void again() {
            if (deadlineNanos - nanoClock.getAsLong() <= PAUSE_NANOS) {
                result.completeExceptionally(RefusedException.of(EtcdError.TIMEOUT));
                return;
            }
            var _ = dialer.nextLoop().schedule(this::attempt, PAUSE_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private List<String> urls(long memberId) {
        for (ClusterMember known : member.members()) {
            if (known.id() == memberId) {
                return known.peerUrls();
            }
        }
        return List.of();
    }
}
