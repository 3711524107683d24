package dev.plinth.server.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The request that carries a snapshot. The writing thread waits while the socket is full, while the
 * second's bytes are used up, and at the end for the receiver's word. One thread.
 */
final class SnapshotUpload implements WritableByteChannel {
    private static final int PIECE_BYTES = 64 << 10;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** A receiver that takes nothing for so long is given up. */
    private static final long STALL_NANOS = 5 * NANOS_PER_SECOND;

    /** The receiver syncs the file before it answers. */
    private static final long ANSWER_NANOS = 60 * NANOS_PER_SECOND;

    /** The receiver has answered, and does not take it. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        private RefusedException(String message) {
            super(message);
        }
    }

    private final PeerSurroundings surroundings;
    private final Channel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long startNanos;
    private long writtenBytes;

    // Guarded by the lock; set by the event loop.
    private boolean isWritable = true;
    private boolean isClosed;
    private int status;
    private boolean isAnswered;
    private String failure = "connection closed";
    private final StringBuilder answer = new StringBuilder();

    private SnapshotUpload(PeerSurroundings surroundings, URI url) throws IOException {
        this.surroundings = surroundings;
        var connecting =
                surroundings.dialer().connect(url, surroundings.dialer().nextLoop(), new Events());
        connecting.awaitUninterruptibly();
        if (!connecting.isSuccess()) {
            throw new IOException(String.valueOf(connecting.cause().getMessage()));
        }
        channel = connecting.channel();
        startNanos = surroundings.nanoClock().getAsLong();
    }

    /**
     * Connects and sends the request's head.
     *
     * @param transfer names the whole sending, of which this may be a later part
     * @param offset at which the bytes of the database go on
     */
    static SnapshotUpload open(URI url, PeerSurroundings surroundings, String transfer, long offset)
            throws IOException {
        SnapshotUpload upload = new SnapshotUpload(surroundings, url);
        var request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/raft/snapshot");
        request.headers()
                .set(HttpHeaderNames.HOST, url.getAuthority())
                .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream");
        PeerHeaders.introduce(request.headers(), surroundings.self());
        request.headers().set(PeerHeaders.TRANSFER, transfer);
        if (offset > 0) {
            request.headers().set(PeerHeaders.OFFSET, offset);
        }
        HttpUtil.setTransferEncodingChunked(request, true);
        var _ = upload.channel.writeAndFlush(request);
        return upload;
    }

    /** Sends the message that says what the database is. */
    void writeHead(byte[] message) throws IOException {
        ByteBuf head = Unpooled.buffer(Long.BYTES);
        head.writeLong(message.length);
        send(Unpooled.wrappedBuffer(head, Unpooled.wrappedBuffer(message)));
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int taken = source.remaining();
        while (source.hasRemaining()) {
            int length = Math.min(source.remaining(), PIECE_BYTES);
            ByteBuf piece = channel.alloc().ioBuffer(length);
            piece.writeBytes(source.slice(source.position(), length));
            source.position(source.position() + length);
            send(piece);
        }
        return taken;
    }

    private void send(ByteBuf piece) throws IOException {
        writtenBytes += piece.readableBytes();
        try {
            awaitTurn();
        } catch (IOException e) {
            piece.release();
            throw e;
        }
        var _ = channel.writeAndFlush(new DefaultHttpContent(piece));
    }

    /** Waits until the socket takes more and the rate allows it. */
    private void awaitTurn() throws IOException {
        long due = startNanos + nanosAllowedFor(writtenBytes);
        lock.lock();
        try {
            long stallLeft = STALL_NANOS;
            while (!isWritable && !isClosed) {
                if (stallLeft <= 0) {
                    throw new IOException("the receiver has taken nothing for five seconds");
                }
                stallLeft = changed.awaitNanos(stallLeft);
            }
            for (long wait = due - surroundings.nanoClock().getAsLong();
                    wait > 0 && !isClosed;
                    wait = due - surroundings.nanoClock().getAsLong()) {
                var _ = changed.await(wait, TimeUnit.NANOSECONDS);
            }
            requireOpen();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        } finally {
            lock.unlock();
        }
    }

    private long nanosAllowedFor(long bytes) {
        long rate = surroundings.snapshotBytesPerSecond();
        return rate == 0 ? 0 : (long) (bytes * (NANOS_PER_SECOND / (double) rate));
    }

    private void requireOpen() throws IOException {
        if (isAnswered) {
            throw refusal();
        }
        if (isClosed) {
            throw new IOException(failure);
        }
    }

    private IOException refusal() {
        return new RefusedException(
                "http status %d: %s".formatted(status, answer.toString().strip()));
    }

    /** Ends the request and waits until the receiver has the snapshot on its disk. */
    void finish() throws IOException {
        var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        lock.lock();
        try {
            long left = ANSWER_NANOS;
            while (!isAnswered && !isClosed) {
                if (left <= 0) {
                    throw new IOException("no answer to the snapshot");
                }
                left = changed.awaitNanos(left);
            }
            if (!isAnswered) {
                throw new IOException(failure);
            }
            if (status != 204) {
                throw refusal();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        var _ = channel.close();
    }

    private final class Events extends SimpleChannelInboundHandler<HttpObject> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            lock.lock();
            try {
                if (part instanceof HttpResponse response) {
                    status = response.status().code();
                }
                if (part instanceof HttpContent content && answer.length() < PIECE_BYTES) {
                    answer.append(content.content().toString(StandardCharsets.UTF_8));
                }
                if (part instanceof LastHttpContent) {
                    isAnswered = true;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            change(context.channel().isWritable(), null);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            change(false, "connection closed");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            change(false, String.valueOf(cause.getMessage()));
            var _ = context.close();
        }

        private void change(boolean writable, @Nullable String end) {
            lock.lock();
            try {
                isWritable = writable;
                if (end != null && !isClosed) {
                    isClosed = true;
                    failure = end;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
