package dev.plinth.server.peer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.ClusterMember;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the other members to take this one back under another id, and to give it its vote; the other
 * side is {@link RejoinEndpoint}. Any thread; nothing blocks.
 */
public final class Rejoining {
    private static final long PAUSE_NANOS = 200_000_000L;
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final PeerDialer dialer;
    private final PeerHttp http;
    private final LongSupplier nanoClock;

    /**
     * @param dialer opens connections
     * @param nanoClock monotonic time
     */
    public Rejoining(PeerDialer dialer, LongSupplier nanoClock) {
        this.dialer = dialer;
        this.http = new PeerHttp(dialer);
        this.nanoClock = nanoClock;
    }

    /** Nobody agreed in time; the message is the last reason that was given. */
    public static final class RefusedByAll extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedByAll(String message) {
            super(message);
        }
    }

    /**
     * Asks one after the other until one agrees.
     *
     * @param others peer URLs of the others; at least one
     * @param own peer URLs of this member
     * @return the cluster with this member as a new learner; fails with {@link RefusedByAll}
     */
    public CompletableFuture<RemoteCluster.Described> rejoin(
            List<String> others, List<String> own, long timeoutNanos) {
        JsonArray urls = new JsonArray();
        own.forEach(urls::add);
        JsonObject body = new JsonObject();
        body.add("peerURLs", urls);
        Call call = new Call(others, body.toString(), nanoClock.getAsLong() + timeoutNanos);
        call.attempt();
        return call.result;
    }

    /** Asks each of the others once for this learner's vote; the leader among them decides. */
    public void askForVote(List<String> others, long ownId, long timeoutNanos) {
        for (String url : others) {
            CompletionStage<PeerHttp.Answer> _ =
                    http.post(
                            URI.create(url),
                            RejoinEndpoint.VOTE + Long.toUnsignedString(ownId),
                            Unpooled.EMPTY_BUFFER,
                            _ -> {},
                            timeoutNanos,
                            ANSWER_BYTES_MAX);
        }
    }

    private final class Call {
        private final List<String> others;
        private final String body;
        private final long deadlineNanos;
        private final CompletableFuture<RemoteCluster.Described> result = new CompletableFuture<>();
        private int attempts;
        private String lastReason = "nobody answers";

        Call(List<String> others, String body, long deadlineNanos) {
            this.others = others;
            this.body = body;
            this.deadlineNanos = deadlineNanos;
        }

        void attempt() {
            long left = Math.max(1, deadlineNanos - nanoClock.getAsLong());
            String url = others.get(attempts++ % others.size());
            var _ =
                    http.post(
                                    URI.create(url),
                                    RejoinEndpoint.REJOIN,
                                    Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)),
                                    _ -> {},
                                    left,
                                    ANSWER_BYTES_MAX)
                            .whenComplete((answer, _) -> answered(url, answer));
        }

        private void answered(String url, PeerHttp.@Nullable Answer answer) {
            if (answer != null && answer.status() == 200) {
                try {
                    List<ClusterMember> members = MemberJson.readList(answer.text());
                    String clusterId = answer.headers().get(PeerHeaders.CLUSTER, "");
                    result.complete(
                            new RemoteCluster.Described(MemberIds.parse(clusterId), members));
                    return;
                } catch (IllegalArgumentException e) {
                    lastReason = url + ": " + e.getMessage();
                }
            } else if (answer != null) {
                lastReason = url + ": " + answer.text();
            }
            if (deadlineNanos - nanoClock.getAsLong() <= PAUSE_NANOS) {
                result.completeExceptionally(new RefusedByAll(lastReason));
            } else {
                var _ =
                        dialer.nextLoop()
                                .schedule(this::attempt, PAUSE_NANOS, TimeUnit.NANOSECONDS);
            }
        }
    }
}
