package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.MemberIds;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages one by one as requests, while a member has not opened its streams. At most four
 * are under way, at most 64 wait. Any thread.
 */
final class Pipeline {
    private static final int UNDER_WAY_MAX = 4;
    private static final int WAITING_MAX = 64;
    private static final long TIMEOUT_NANOS = 10_000_000_000L;
    private static final int ANSWER_BYTES_MAX = 64 << 10;

    private final long memberId;
    private final UrlPicker urls;
    private final PeerStatus status;
    private final PeerSurroundings surroundings;
    private final PeerMetrics metrics;

    // Guarded by this.
    private final MessageQueue waiting = new MessageQueue();
    private int underWay;
    private boolean isStopped;

    Pipeline(
            long memberId,
            UrlPicker urls,
            PeerStatus status,
            PeerSurroundings surroundings,
            PeerMetrics metrics) {
        this.memberId = memberId;
        this.urls = urls;
        this.status = status;
        this.surroundings = surroundings;
        this.metrics = metrics;
    }

    /** Takes a message; false when too many wait. */
    boolean offer(Message message) {
        synchronized (this) {
            if (isStopped || waiting.size() >= WAITING_MAX || !waiting.offer(message)) {
                return false;
            }
        }
        next();
        return true;
    }

    PeerMetrics metrics() {
        return metrics;
    }

    void stop() {
        synchronized (this) {
            isStopped = true;
            waiting.clear();
        }
    }

    private void next() {
        Message message;
        synchronized (this) {
            message = underWay < UNDER_WAY_MAX ? waiting.poll() : null;
            if (message == null) {
                return;
            }
            underWay++;
        }
        post(message);
    }

    private void post(Message message) {
        URI url = urls.pick();
        byte[] body = message.toBytes(surroundings.self().form());
        var _ =
                surroundings
                        .http()
                        .post(
                                url,
                                "/raft",
                                Unpooled.wrappedBuffer(body),
                                headers -> {
                                    headers.set(
                                            HttpHeaderNames.CONTENT_TYPE, "application/protobuf");
                                    PeerHeaders.introduce(headers, surroundings.self());
                                },
                                TIMEOUT_NANOS,
                                ANSWER_BYTES_MAX)
                        .whenComplete((answer, failure) -> {
                            synchronized (this) {
                                underWay--;
                            }
                            ended(url, body.length, answer, failure);
                            next();
                        });
    }

    private void ended(
            URI url, int bytes, PeerHttp.@Nullable Answer answer, @Nullable Throwable failure) {
        if (answer != null && answer.status() == 204) {
            status.activate();
            metrics.sent(bytes);
            return;
        }
        String reason =
                answer == null
                        ? String.valueOf(failure)
                        : "unexpected http status %d while posting to \"%s/raft\": %s"
                                .formatted(answer.status(), url, answer.text());
        if (answer != null && answer.status() == 403) {
            surroundings.removed().run();
        }
        urls.failed(url);
        metrics.sendFailed();
        status.deactivate("post", reason);
        surroundings.receiver().unreachable(memberId);
        surroundings
                .log()
                .debug(
                        "failed to post Raft message",
                        "remote-peer-id",
                        MemberIds.text(memberId),
                        "error",
                        reason);
    }
}
