package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.MemberIds;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Opens one kind of stream to a member and reads what the member writes on it, for ever: a
 * connection that ends is opened again, at most ten times a second.
 *
 * <p>A peer that is far ahead of this member's log is held back: above a bound of bytes that raft
 * has not taken yet the socket is not read. Everything here is one event loop's.
 */
final class StreamReader {
    private static final long REDIAL_NANOS = 100_000_000L;
    private static final int READ_TIMEOUT_SECONDS = 5;
    private static final long UNTAKEN_BYTES_MAX = 32L << 20;
    private static final int ERROR_BODY_BYTES_MAX = 1024;

    private final long memberId;
    private final StreamKind kind;
    private final UrlPicker urls;
    private final PeerStatus status;
    private final PeerSurroundings surroundings;
    private final PeerMetrics metrics;
    private final MessageGate gate;
    private final EventLoop loop;
    private final AtomicLong untakenBytes = new AtomicLong();
    private volatile @Nullable Channel channel;
    private volatile boolean isStopped;
    private long lastDialNanos;

    StreamReader(
            long memberId,
            StreamKind kind,
            UrlPicker urls,
            PeerStatus status,
            PeerSurroundings surroundings,
            PeerMetrics metrics,
            MessageGate gate,
            EventLoop loop) {
        this.memberId = memberId;
        this.kind = kind;
        this.urls = urls;
        this.status = status;
        this.surroundings = surroundings;
        this.metrics = metrics;
        this.gate = gate;
        this.loop = loop;
    }

    void start() {
        loop.execute(this::dial);
    }

    void stop() {
        isStopped = true;
        Channel open = channel;
        if (open != null) {
            var _ = open.close();
        }
    }

    private void dial() {
        if (isStopped) {
            return;
        }
        lastDialNanos = surroundings.nanoClock().getAsLong();
        URI url = urls.pick();
        Attempt attempt = new Attempt(url);
        surroundings
                .dialer()
                .connect(url, loop, attempt)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        attempt.failed(done.cause());
                    }
                });
    }

    private void redial() {
        if (isStopped) {
            return;
        }
        long since = surroundings.nanoClock().getAsLong() - lastDialNanos;
        var _ = loop.schedule(this::dial, Math.max(0, REDIAL_NANOS - since), TimeUnit.NANOSECONDS);
    }

    /** One connection, from its request to its end. */
    private final class Attempt extends ChannelInboundHandlerAdapter {
        private final URI url;
        private final List<Message> arrived = new ArrayList<>();
        private final StringBuilder refusal = new StringBuilder();
        private @Nullable StreamDecoder decoder;
        private int refusedWith;
        private long arrivedBytes;
        private boolean isEnded;

        Attempt(URI url) {
            this.url = url;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            if (isStopped) {
                var _ = context.close();
                return;
            }
            context.pipeline().addFirst(new ReadTimeoutHandler(READ_TIMEOUT_SECONDS));
            PeerIdentity self = surroundings.self();
            var request =
                    new DefaultFullHttpRequest(
                            HttpVersion.HTTP_1_1,
                            HttpMethod.GET,
                            "/raft/stream/" + kind.path() + "/" + MemberIds.text(self.memberId()));
            request.headers().set(HttpHeaderNames.HOST, url.getAuthority());
            PeerHeaders.introduce(request.headers(), self);
            request.headers().set(PeerHeaders.TO, MemberIds.text(memberId));
            var _ = context.writeAndFlush(request);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object part) throws IOException {
            try {
                if (part instanceof HttpObject object && object.decoderResult().isFailure()) {
                    throw new IOException("malformed answer", object.decoderResult().cause());
                }
                if (part instanceof HttpResponse response) {
                    answered(response);
                }
                if (part instanceof HttpContent content) {
                    received(content.content());
                }
                if (part instanceof LastHttpContent) {
                    ended(context);
                }
            } finally {
                ReferenceCountUtil.release(part);
            }
        }

        private void answered(HttpResponse response) {
            int code = response.status().code();
            if (code == 200) {
                decoder = kind.newDecoder(memberId, surroundings.self().memberId());
                status.activate();
                surroundings
                        .log()
                        .info(
                                "established TCP streaming connection with remote peer",
                                "stream-reader-type",
                                kind.path(),
                                "local-member-id",
                                MemberIds.text(surroundings.self().memberId()),
                                "remote-peer-id",
                                MemberIds.text(memberId));
            } else {
                refusedWith = code;
            }
        }

        private void received(ByteBuf bytes) throws StreamFormatException {
            StreamDecoder open = decoder;
            if (open != null) {
                arrivedBytes += bytes.readableBytes();
                open.decode(bytes, arrived::add);
            } else if (refusal.length() < ERROR_BODY_BYTES_MAX) {
                refusal.append(bytes.toString(StandardCharsets.UTF_8));
            }
        }

        /** All that came in one go is handed over at once. */
        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (arrived.isEmpty()) {
                return;
            }
            List<Message> messages = gate.admitted(arrived);
            arrived.clear();
            long bytes = arrivedBytes;
            arrivedBytes = 0;
            metrics.receive().received(bytes);
            if (messages.isEmpty()) {
                return;
            }
            Channel source = context.channel();
            if (untakenBytes.addAndGet(bytes) > UNTAKEN_BYTES_MAX) {
                source.config().setAutoRead(false);
            }
            boolean isTaken =
                    surroundings
                            .receiver()
                            .receive(
                                    messages,
                                    () -> {
                                        untakenBytes.addAndGet(-bytes);
                                        resume(source);
                                    });
            if (!isTaken) {
                untakenBytes.addAndGet(-bytes);
                resume(source);
                metrics.receive().failed();
                surroundings
                        .log()
                        .warn(
                                "dropped Raft messages since receiving buffer is full",
                                "from",
                                MemberIds.text(memberId),
                                "count",
                                messages.size());
            }
        }

        private void resume(Channel source) {
            if (!source.config().isAutoRead() && untakenBytes.get() <= UNTAKEN_BYTES_MAX / 2) {
                source.config().setAutoRead(true);
            }
        }

        private void ended(ChannelHandlerContext context) {
            if (refusedWith != 0) {
                refused(refusedWith, refusal.toString().strip());
            }
            var _ = context.close();
        }

        private void refused(int code, String text) {
            var log = surroundings.log();
            String peer = MemberIds.text(memberId);
            switch (code) {
                case 410 -> {
                    isStopped = true;
                    surroundings.removed().run();
                }
                case 404 -> {
                    urls.failed(url);
                    log.debug(
                            "peer failed to find local node",
                            "remote-peer-id",
                            peer,
                            "local-member-id",
                            MemberIds.text(surroundings.self().memberId()));
                }
                case 412 ->
                        log.warn(
                                "request sent was ignored by remote peer",
                                "remote-peer-id",
                                peer,
                                "remote-peer-url",
                                url.toString(),
                                "error",
                                isKnown(text)
                                        ? text
                                        : "unhandled error \""
                                                + text
                                                + "\" when precondition failed");
                default -> {
                    urls.failed(url);
                    log.warn(
                            "failed to dial stream",
                            "remote-peer-id",
                            peer,
                            "error",
                            "unhandled http status " + code);
                }
            }
        }

        private static boolean isKnown(String text) {
            return text.equals(PeerHeaders.INCOMPATIBLE_VERSION)
                    || text.equals(PeerHeaders.CLUSTER_MISMATCH);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (isEnded) {
                return;
            }
            isEnded = true;
            channel = null;
            if (decoder != null && !isStopped) {
                status.deactivate(kind.path() + " stream reader", "connection closed");
                surroundings
                        .log()
                        .warn(
                                "lost TCP streaming connection with remote peer",
                                "stream-reader-type",
                                kind.path(),
                                "remote-peer-id",
                                MemberIds.text(memberId));
            }
            redial();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (decoder == null) {
                urls.failed(url);
            }
            surroundings
                    .log()
                    .debug(
                            "stream failed",
                            "stream-reader-type",
                            kind.path(),
                            "remote-peer-id",
                            MemberIds.text(memberId),
                            "error",
                            String.valueOf(cause));
            var _ = context.close();
        }

        /** The connection could not be opened. */
        private void failed(Throwable cause) {
            urls.failed(url);
            status.deactivate("dial " + kind.path(), String.valueOf(cause.getMessage()));
            redial();
        }
    }
}
