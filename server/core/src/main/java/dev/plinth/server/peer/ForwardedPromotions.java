package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.membership.ClusterOperations;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the leader over the network to promote a learner, at each of its URLs until the request
 * timeout; its refusals are final, all else is tried again. Source: peer-protocol.md 10.5.
 */
public final class ForwardedPromotions implements ClusterOperations.LeaderPromotions {
    private static final long PAUSE_NANOS = 50_000_000L;
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final LocalMember member;
    private final PeerDialer dialer;
    private final PeerHttp http;
    private final long timeoutNanos;
    private final LongSupplier nanoClock;

    /**
     * @param member knows who leads, and where
     * @param dialer opens connections
     * @param timeoutNanos the request timeout
     * @param nanoClock monotonic time
     */
    public ForwardedPromotions(
            LocalMember member, PeerDialer dialer, long timeoutNanos, LongSupplier nanoClock) {
        this.member = member;
        this.dialer = dialer;
        this.http = new PeerHttp(dialer);
        this.timeoutNanos = timeoutNanos;
        this.nanoClock = nanoClock;
    }

    @Override
    public CompletionStage<List<ClusterMember>> promote(long id, String token) {
        Call call = new Call(id, token);
        call.attempt();
        return call.result;
    }

    private final class Call {
        private final String path;
        private final String token;
        private final long deadlineNanos = nanoClock.getAsLong() + timeoutNanos;
        private final CompletableFuture<List<ClusterMember>> result = new CompletableFuture<>();
        private int attempts;

        Call(long id, String token) {
            this.path = PromotionEndpoint.PREFIX + Long.toUnsignedString(id);
            this.token = token;
        }

        void attempt() {
            List<String> urls = leaderUrls();
            if (urls.isEmpty()) {
                again();
                return;
            }
            long left = Math.max(1, deadlineNanos - nanoClock.getAsLong());
            var _ =
                    http.post(
                                    URI.create(urls.get(attempts++ % urls.size())),
                                    path,
                                    Unpooled.EMPTY_BUFFER,
                                    headers -> {
                                        if (!token.isEmpty()) {
                                            headers.set(HttpHeaderNames.AUTHORIZATION, token);
                                        }
                                    },
                                    left,
                                    ANSWER_BYTES_MAX)
                            .whenComplete((answer, _) -> answered(answer));
        }

        private List<String> leaderUrls() {
            long leader = member.leaderId();
            return member.members().stream()
                    .filter(known -> known.id() == leader)
                    .findAny()
                    .map(ClusterMember::peerUrls)
                    .orElse(List.of());
        }

        private void answered(PeerHttp.@Nullable Answer answer) {
            if (answer == null) {
                again();
                return;
            }
            switch (answer.status()) {
                case 200 -> takeMembers(answer.text());
                case 404 -> refused(EtcdError.MEMBER_NOT_FOUND);
                case 408 -> refused(EtcdError.TIMEOUT);
                case 412 ->
                        refused(
                                answer.text().contains(PromotionEndpoint.NOT_READY)
                                        ? EtcdError.LEARNER_NOT_READY
                                        : EtcdError.MEMBER_NOT_LEARNER);
                default -> again();
            }
        }

        private void takeMembers(String text) {
            try {
                result.complete(MemberJson.readList(text));
            } catch (IllegalArgumentException e) {
                again();
            }
        }

        private void refused(EtcdError reason) {
            result.completeExceptionally(RefusedException.of(reason));
        }

        private void again() {
            if (deadlineNanos - nanoClock.getAsLong() <= PAUSE_NANOS) {
                refused(EtcdError.TIMEOUT);
                return;
            }
            var _ = dialer.nextLoop().schedule(this::attempt, PAUSE_NANOS, TimeUnit.NANOSECONDS);
        }
    }
}
