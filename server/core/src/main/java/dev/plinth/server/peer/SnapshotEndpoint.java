package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.Snapshot;
import dev.plinth.server.peer.SnapshotSink.IncomingDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /raft/snapshot}: a message with its length, then a database up to the end of the
 * body. Source: peer-protocol.md 6.
 *
 * <p>Disk writes are done by a thread of their own; while more than a bound of bytes waits for it
 * the socket is not read. The answer comes when the file is durable and raft has the message.
 */
final class SnapshotEndpoint implements PeerRouter.Endpoint {
    private static final long MESSAGE_BYTES_MAX = 64L << 20;
    private static final long WAITING_BYTES_MAX = 4L << 20;
    private static final byte[] END = {};

    private final NettyPeerTransport transport;
    private final SnapshotSink sink;

    SnapshotEndpoint(NettyPeerTransport transport, SnapshotSink sink) {
        this.transport = transport;
        this.sink = sink;
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        RaftEndpoint.noteSender(transport, exchange);
        return new Reception(exchange);
    }

    /** One snapshot on its way in. */
    private final class Reception implements RequestBody {
        private final PeerExchange exchange;
        private final Channel channel;
        private final ReceiveMetrics sender;
        private final FrameReader head = new FrameReader(MESSAGE_BYTES_MAX);
        private boolean isLengthRead;
        private @Nullable Message message;
        private boolean isRefused;
        private volatile long begunNanos;

        // Guarded by this.
        private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
        private long waitingBytes;
        private boolean isWriting;
        private boolean isEnded;
        private boolean isAborted;

        // The writing thread's.
        private @Nullable IncomingDatabase database;

        Reception(PeerExchange exchange) {
            this.exchange = exchange;
            this.channel = exchange.channel();
            this.sender = RaftEndpoint.sender(transport, exchange);
        }

        @Override
        public void content(ByteBuf part) {
            if (isRefused) {
                return;
            }
            if (message == null) {
                readHead(part);
            }
            if (message != null && part.isReadable()) {
                byte[] bytes = new byte[part.readableBytes()];
                part.readBytes(bytes);
                enqueue(bytes);
            }
        }

        private void readHead(ByteBuf part) {
            try {
                if (!isLengthRead) {
                    if (!head.readNumber(part)) {
                        return;
                    }
                    head.beginRun(head.number());
                    isLengthRead = true;
                }
                byte[] encoded = head.readRun(part);
                if (encoded == null) {
                    return;
                }
                Message read = MessageDecoder.message(encoded);
                if (read.type() != MessageType.SNAP || read.snapshot() == null) {
                    refuse(400, "wrong raft message type");
                    return;
                }
                message = read;
                sender.received(encoded.length);
                sender.snapshotBegun();
                begunNanos = transport.surroundings().nanoClock().getAsLong();
            } catch (StreamFormatException e) {
                refuse(400, "failed to decode raft message (" + e.getMessage() + ")");
            }
        }

        private void refuse(int status, String text) {
            isRefused = true;
            sender.snapshotMalformed();
            exchange.refuseAndClose(status, text);
        }

        @Override
        public void end() {
            if (isRefused) {
                return;
            }
            if (message == null) {
                refuse(400, "failed to decode raft message (unexpected EOF)");
                return;
            }
            synchronized (this) {
                isEnded = true;
            }
            write();
        }

        @Override
        public void aborted() {
            synchronized (this) {
                isAborted = true;
                waiting.clear();
            }
            write();
        }

        private void enqueue(byte[] bytes) {
            synchronized (this) {
                waiting.add(bytes);
                waitingBytes += bytes.length;
                if (waitingBytes > WAITING_BYTES_MAX) {
                    channel.config().setAutoRead(false);
                }
            }
            write();
        }

        private void write() {
            synchronized (this) {
                if (isWriting) {
                    return;
                }
                isWriting = true;
            }
            transport.surroundings().transfers().execute(this::writeWaiting);
        }

        private void writeWaiting() {
            try {
                for (byte[] bytes = next(); bytes != null; bytes = next()) {
                    if (bytes.length == 0) {
                        settle();
                        return;
                    }
                    database().write(ByteBuffer.wrap(bytes));
                    sender.received(bytes.length);
                }
            } catch (IOException e) {
                failed(e);
            }
        }

        /** What to write next; null when nothing has come yet, empty at the end. */
        private synchronized byte @Nullable [] next() {
            byte[] bytes = waiting.poll();
            if (bytes == null && (isEnded || isAborted)) {
                return END;
            }
            if (bytes != null) {
                waitingBytes -= bytes.length;
                if (waitingBytes <= WAITING_BYTES_MAX / 2 && !channel.config().isAutoRead()) {
                    channel.config().setAutoRead(true);
                }
            } else {
                isWriting = false;
            }
            return bytes;
        }

        /** All that will ever arrive is written. The turn is kept, so this happens once. */
        private void settle() throws IOException {
            boolean isComplete;
            synchronized (this) {
                isComplete = isEnded && !isAborted;
            }
            if (isComplete) {
                database().keep();
                process();
            } else {
                discard();
                ended(false);
            }
        }

        private void ended(boolean isTaken) {
            if (message != null) {
                long now = transport.surroundings().nanoClock().getAsLong();
                sender.snapshotEnded(isTaken, now - begunNanos);
            }
        }

        private IncomingDatabase database() throws IOException {
            IncomingDatabase open = database;
            if (open == null) {
                open = sink.begin(snapshot().metadata());
                database = open;
            }
            return open;
        }

        private Snapshot snapshot() {
            Message read = message;
            Snapshot snapshot = read == null ? null : read.snapshot();
            if (snapshot == null) {
                throw new IllegalStateException("bytes of a database before its message");
            }
            return snapshot;
        }

        private void process() {
            Message read = message;
            boolean isTaken =
                    read != null
                            && transport.gate().admits(read)
                            && transport.surroundings().receiver().receive(List.of(read), () -> {});
            ended(isTaken);
            if (isTaken) {
                exchange.done();
            } else {
                exchange.refuseAndClose(500, "failed to process raft message (message refused)");
            }
        }

        private void discard() {
            IncomingDatabase open = database;
            if (open != null) {
                open.discard();
            }
        }

        private void failed(IOException e) {
            transport
                    .surroundings()
                    .log()
                    .warn("failed to save incoming database snapshot", "error", e.getMessage());
            discard();
            ended(false);
            channel.config().setAutoRead(true);
            exchange.refuseAndClose(500, "failed to save KV snapshot (" + e.getMessage() + ")");
        }
    }
}
