package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.MemberIds;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes one kind of stream to a member, on the connection that the member has opened for it.
 *
 * <p>Any thread offers; the connection's event loop takes as much as the socket will have, so what
 * waits is held as references to the log's entries and not as encoded bytes. One wake-up per burst.
 * A later connection replaces an earlier one; when one is lost, so is everything that waited, and
 * raft repeats it.
 */
final class StreamWriter {
    private static final long LINK_HEARTBEAT_NANOS = 5_000_000_000L / 3;

    /** Link heartbeats that may be unwritten before the connection counts as stalled: five s. */
    private static final int UNWRITTEN_HEARTBEATS_MAX = 3;

    private static final int BURST_BYTES = 64 << 10;

    /** A connection that the stream is written to. Its fields are the event loop's. */
    private final class Link extends ChannelInboundHandlerAdapter {
        private final Channel channel;
        private final StreamEncoder encoder;
        private @Nullable ScheduledFuture<?> heartbeats;
        private int unwrittenHeartbeats;

        Link(Channel channel, StreamEncoder encoder) {
            this.channel = channel;
            this.encoder = encoder;
        }

        void start() {
            heartbeats =
                    channel.eventLoop()
                            .scheduleAtFixedRate(
                                    this::beat,
                                    LINK_HEARTBEAT_NANOS,
                                    LINK_HEARTBEAT_NANOS,
                                    TimeUnit.NANOSECONDS);
            drain();
        }

        private void beat() {
            if (unwrittenHeartbeats >= UNWRITTEN_HEARTBEATS_MAX) {
                lost("the peer does not read");
                return;
            }
            unwrittenHeartbeats++;
            ByteBuf frame = channel.alloc().ioBuffer(64);
            encoder.encodeLinkHeartbeat(frame);
            channel.writeAndFlush(new DefaultHttpContent(frame))
                    .addListener(done -> {
                        if (done.isSuccess()) {
                            unwrittenHeartbeats = 0;
                        }
                    });
        }

        private void drain() {
            boolean hasWritten = false;
            while (channel.isWritable()) {
                ByteBuf burst = null;
                for (Message message = take(this); message != null; message = take(this)) {
                    if (burst == null) {
                        burst = channel.alloc().ioBuffer((int) firstCapacity(message));
                    }
                    encoder.encode(message, burst);
                    if (burst.readableBytes() >= BURST_BYTES) {
                        break;
                    }
                }
                if (burst == null) {
                    break;
                }
                metrics.sent(burst.readableBytes());
                channel.write(new DefaultHttpContent(burst)).addListener(onWritten);
                hasWritten = true;
            }
            if (hasWritten) {
                channel.flush();
            }
        }

        private static long firstCapacity(Message message) {
            return Math.max(4096, Math.min(MessageQueue.size(message) + 1024, Integer.MAX_VALUE));
        }

        private final ChannelFutureListener onWritten =
                written -> {
                    if (!written.isSuccess()) {
                        lost(String.valueOf(written.cause().getMessage()));
                    }
                };

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            drain();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost("connection closed");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lost(String.valueOf(cause.getMessage()));
        }

        private void lost(String reason) {
            close();
            dropped(this, reason);
        }

        private void close() {
            ScheduledFuture<?> running = heartbeats;
            if (running != null) {
                running.cancel(false);
            }
            var _ = channel.close();
        }
    }

    private final long memberId;
    private final StreamKind kind;
    private final PeerStatus status;
    private final PeerSurroundings surroundings;
    private final PeerMetrics metrics;

    // Guarded by this.
    private final MessageQueue queue = new MessageQueue();
    private @Nullable Link link;
    private boolean isDrainScheduled;
    private boolean isStopped;

    StreamWriter(
            long memberId,
            StreamKind kind,
            PeerStatus status,
            PeerSurroundings surroundings,
            PeerMetrics metrics) {
        this.memberId = memberId;
        this.kind = kind;
        this.status = status;
        this.surroundings = surroundings;
        this.metrics = metrics;
    }

    /** Whether the member has opened the stream. */
    synchronized boolean isOpen() {
        return link != null;
    }

    /** Takes a message to write; false when the stream is down or too much waits. Any thread. */
    boolean offer(Message message) {
        Link current;
        synchronized (this) {
            current = link;
            if (current == null || !queue.offer(message)) {
                return false;
            }
            if (isDrainScheduled) {
                return true;
            }
            isDrainScheduled = true;
        }
        current.channel
                .eventLoop()
                .execute(() -> {
                    synchronized (this) {
                        isDrainScheduled = false;
                    }
                    current.drain();
                });
        return true;
    }

    /** The next message for a connection, null if there is none or it is not the present one. */
    @SuppressWarnings("ReferenceEquality") // which connection it is
    private synchronized @Nullable Message take(Link taker) {
        return taker == link ? queue.poll() : null;
    }

    /** Takes a connection whose answer has begun; on its event loop. */
    void attach(Channel channel) {
        Link added = new Link(channel, kind.newEncoder(surroundings.self().form()));
        Link replaced;
        synchronized (this) {
            if (isStopped) {
                var _ = channel.close();
                return;
            }
            replaced = link;
            link = added;
            queue.clear();
        }
        channel.pipeline().addLast(added);
        if (replaced != null) {
            surroundings
                    .log()
                    .warn(
                            "closed TCP streaming connection with remote peer",
                            "stream-writer-type",
                            kind.path(),
                            "local-member-id",
                            MemberIds.text(surroundings.self().memberId()),
                            "remote-peer-id",
                            MemberIds.text(memberId));
            replaced.channel.eventLoop().execute(replaced::close);
        }
        status.activate();
        surroundings
                .log()
                .info(
                        "established TCP streaming connection with remote peer",
                        "stream-writer-type",
                        kind.path(),
                        "local-member-id",
                        MemberIds.text(surroundings.self().memberId()),
                        "remote-peer-id",
                        MemberIds.text(memberId));
        added.start();
    }

    @SuppressWarnings("ReferenceEquality") // which connection it is
    private void dropped(Link lost, String reason) {
        boolean hadMessages;
        synchronized (this) {
            if (lost != link) {
                return;
            }
            link = null;
            hadMessages = queue.size() > 0;
            queue.clear();
            if (isStopped) {
                return;
            }
        }
        status.deactivate(kind.path() + " stream writer", reason);
        surroundings.receiver().unreachable(memberId);
        if (hadMessages) {
            metrics.sendFailed();
        }
        surroundings
                .log()
                .warn(
                        "lost TCP streaming connection with remote peer",
                        "stream-writer-type",
                        kind.path(),
                        "remote-peer-id",
                        MemberIds.text(memberId),
                        "error",
                        reason);
    }

    /** Closes the connection and takes no other. */
    void stop() {
        Link current;
        synchronized (this) {
            isStopped = true;
            current = link;
            link = null;
            queue.clear();
        }
        if (current != null) {
            current.channel.eventLoop().execute(current::close);
        }
    }
}
