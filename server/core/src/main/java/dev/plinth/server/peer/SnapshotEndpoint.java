package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.Snapshot;
import dev.plinth.server.peer.SnapshotSink.IncomingDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /raft/snapshot}: a message with its length, then a database up to the end of the
 * body. Source: peer-protocol.md 6.
 *
 * <p>Disk writes are done by a thread of their own; while more than a bound of bytes waits for it
 * the socket is not read. The answer comes when the file is durable and raft has the message.
 *
 * <p>Beyond etcd: a sender that names its transfer may ask by GET how much of it is here after its
 * connection broke, and go on from there.
 */
final class SnapshotEndpoint implements PeerRouter.Endpoint {
    private static final long MESSAGE_BYTES_MAX = 64L << 20;
    private static final long WAITING_BYTES_MAX = 4L << 20;
    private static final ByteBuf END = Unpooled.EMPTY_BUFFER;

    private final NettyPeerTransport transport;
    private final SnapshotSink sink;
    private final SnapshotParts parts;

    SnapshotEndpoint(NettyPeerTransport transport, SnapshotSink sink) {
        this.transport = transport;
        this.sink = sink;
        this.parts = new SnapshotParts(transport.surroundings().transfers());
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        if (exchange.method().equals("GET")) {
            return RequestBody.ignored(() -> tellPart(exchange));
        }
        RaftEndpoint.noteSender(transport, exchange);
        return new Reception(exchange);
    }

    private void tellPart(PeerExchange exchange) {
        String transfer = exchange.headers().get(PeerHeaders.TRANSFER, "");
        if (parts.isStillArriving(transfer)) {
            exchange.refuse(503, "still writing what arrived");
            return;
        }
        OptionalLong bytes = parts.bytes(transfer);
        if (bytes.isEmpty()) {
            exchange.refuse(404, "nothing of this snapshot is here");
            return;
        }
        exchange.answerHeader(PeerHeaders.OFFSET, Long.toString(bytes.getAsLong()));
        exchange.done();
    }

    /** One snapshot on its way in. */
    private final class Reception implements RequestBody {
        private final PeerExchange exchange;
        private final Channel channel;
        private final ReceiveMetrics sender;
        private final @Nullable String transfer;
        private final FrameReader head = new FrameReader(MESSAGE_BYTES_MAX);
        private boolean isLengthRead;
        private @Nullable Message message;
        private boolean isRefused;
        private volatile long begunNanos;

        // Guarded by this.
        private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
        private long waitingBytes;
        private boolean isWriting;
        private boolean isEnded;
        private boolean isAborted;

        // The writing thread's.
        private @Nullable IncomingDatabase database;
        private long savedBytes;

        Reception(PeerExchange exchange) {
            this.exchange = exchange;
            this.channel = exchange.channel();
            this.sender = RaftEndpoint.sender(transport, exchange);
            this.transfer = exchange.headers().get(PeerHeaders.TRANSFER);
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
                enqueue(part.readRetainedSlice(part.readableBytes()));
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
                if (!isPlaced()) {
                    refuse(409, "the part to which this belongs is not here");
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

        /** Whether what comes begins a database, or goes on where a part that is here ends. */
        private boolean isPlaced() {
            long offset;
            try {
                offset = PeerHeaders.offset(exchange.headers());
            } catch (NumberFormatException _) {
                return false;
            }
            String name = transfer;
            if (offset > 0) {
                SnapshotParts.Part part = name == null ? null : parts.take(name, offset);
                if (part == null) {
                    return false;
                }
                database = part.database();
                savedBytes = offset;
            }
            if (name != null) {
                parts.begin(name, channel);
            }
            return true;
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
            }
            write();
        }

        private void enqueue(ByteBuf bytes) {
            synchronized (this) {
                waiting.add(bytes);
                waitingBytes += bytes.readableBytes();
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
                for (ByteBuf bytes = next(); bytes != null; bytes = next()) {
                    if (!bytes.isReadable()) {
                        settle();
                        return;
                    }
                    save(bytes);
                }
            } catch (IOException e) {
                failed(e);
            }
        }

        private void save(ByteBuf bytes) throws IOException {
            try {
                sender.received(bytes.readableBytes());
                database().write(bytes.nioBuffer());
                savedBytes += bytes.readableBytes();
            } finally {
                bytes.release();
            }
        }

        /** What to write next; null when nothing has come yet, empty at the end. */
        private synchronized @Nullable ByteBuf next() {
            ByteBuf bytes = waiting.poll();
            if (bytes == null && (isEnded || isAborted)) {
                return END;
            }
            if (bytes != null) {
                waitingBytes -= bytes.readableBytes();
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
                leave();
                ended(false);
            }
        }

        /** What arrived is kept for a sender that may go on. */
        private void leave() {
            IncomingDatabase open = database;
            if (transfer == null || open == null) {
                discard();
            } else {
                parts.keep(new SnapshotParts.Part(transfer, savedBytes, open), channel);
            }
        }

        private void ended(boolean isTaken) {
            if (transfer != null) {
                parts.end(transfer, channel);
            }
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
