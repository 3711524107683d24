package dev.plinth.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.ConfState;
import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.raft.WireForm;
import dev.plinth.server.consensus.MessageReceiver;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.testing.FakeMember;
import dev.plinth.server.testing.QuietLog;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A snapshot from one transport to another, through a line that breaks. */
class SnapshotTransferTest {
    private static final int DATABASE_BYTES = 3 << 20;
    private static final int CUT_AFTER_BYTES = 1 << 20;
    private static final long SENDER = 1;
    private static final long RECEIVER = 2;
    private static final Log QUIET = QuietLog.create();

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final byte[] database = new byte[DATABASE_BYTES];
    private final CompletableFuture<Boolean> sent = new CompletableFuture<>();
    private final CompletableFuture<Message> received = new CompletableFuture<>();
    private final Received sink = new Received();

    /** Keeps databases in memory, and what was done with each. */
    private static final class Received implements SnapshotSink {
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger discarded = new AtomicInteger();
        final CompletableFuture<byte[]> kept = new CompletableFuture<>();

        @Override
        public IncomingDatabase begin(SnapshotMetadata snapshot) {
            begun.incrementAndGet();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            return new IncomingDatabase() {
                @Override
                public void write(ByteBuffer more) {
                    byte[] copy = new byte[more.remaining()];
                    more.get(copy);
                    bytes.writeBytes(copy);
                }

                @Override
                public void keep() {
                    kept.complete(bytes.toByteArray());
                }

                @Override
                public void discard() {
                    discarded.incrementAndGet();
                }
            };
        }
    }

    private final class Side implements MessageReceiver {
        @Override
        public boolean receive(List<Message> messages, Runnable taken) {
            received.complete(messages.getFirst());
            taken.run();
            return true;
        }

        @Override
        public void unreachable(long memberId) {
            // Told by snapshotSent as well.
        }

        @Override
        public void snapshotSent(long memberId, boolean isDelivered) {
            sent.complete(isDelivered);
        }
    }

    /** Passes bytes on; the first connection with a body ends after some of them. */
    private final class Line implements AutoCloseable {
        private final ServerSocket listener =
                new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final int target;
        private final AtomicInteger cutsLeft;

        Line(int target, int cuts) throws IOException {
            this.target = target;
            this.cutsLeft = new AtomicInteger(cuts);
            threads.execute(this::accept);
        }

        String url() {
            return "http://127.0.0.1:" + listener.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket near = listener.accept();
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                    threads.execute(() -> pass(near, far, true));
                    threads.execute(() -> pass(far, near, false));
                }
            } catch (IOException _) {
                // Closed at the end.
            }
        }

        private void pass(Socket from, Socket to, boolean mayCut) {
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[16 << 10];
                long passed = 0;
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    out.write(buffer, 0, read);
                    passed += read;
                    if (mayCut && passed > CUT_AFTER_BYTES && cutsLeft.getAndDecrement() > 0) {
                        return;
                    }
                }
            } catch (IOException _) {
                // The other direction has ended it.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @BeforeEach
    void fill() {
        new Random(7).nextBytes(database);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws Exception {
        send(2);
        assertThat(sent.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.kept.get(30, TimeUnit.SECONDS)).isEqualTo(database);
        assertThat(sink.begun).hasValue(1);
        assertThat(sink.discarded).hasValue(0);
        assertThat(received.get(30, TimeUnit.SECONDS).type()).isEqualTo(MessageType.SNAP);
    }

    @Test
    void oneConnectionIsEnoughWhenItHolds() throws Exception {
        send(0);
        assertThat(sent.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.kept.get(30, TimeUnit.SECONDS)).isEqualTo(database);
    }

    private void send(int cuts) throws IOException {
        int port = freePort();
        NettyPeerTransport receiving =
                new NettyPeerTransport(
                        identity(RECEIVER),
                        dialer(),
                        new Side(),
                        () -> {},
                        _ -> {
                            throw new IOException("sends none");
                        },
                        0,
                        threads,
                        new NetworkMetrics(new Metrics()),
                        System::nanoTime,
                        System::currentTimeMillis,
                        QUIET);
        PeerListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                loops,
                NioServerSocketChannel.class,
                null,
                new PeerRouter(
                        receiving,
                        sink,
                        new MemberEndpoints(new FakeMember(), System::currentTimeMillis),
                        null,
                        null,
                        null,
                        null));
        Line line = new Line(port, cuts);
        PeerSurroundings surroundings =
                new PeerSurroundings(
                        identity(SENDER),
                        dialer(),
                        new PeerHttp(dialer()),
                        new Side(),
                        () -> {},
                        this::pinned,
                        0,
                        threads,
                        new NetworkMetrics(new Metrics()),
                        System::nanoTime,
                        QUIET);
        PeerMetrics metrics = new PeerMetrics(surroundings.metrics(), SENDER, RECEIVER);
        SnapshotSender sender =
                new SnapshotSender(
                        RECEIVER,
                        new UrlPicker(List.of(line.url())),
                        new PeerStatus(RECEIVER, metrics, System::nanoTime, QUIET),
                        surroundings,
                        metrics);
        assertThat(sender.offer(Message.of(MessageType.SNAP).from(SENDER).to(RECEIVER).build()))
                .isTrue();
    }

    private PeerDialer dialer() {
        return new PeerDialer(loops, NioSocketChannel.class, 1000, null);
    }

    private static PeerIdentity identity(long id) {
        return new PeerIdentity(id, 9, "3.7.1", WireForm.V3_7, () -> List.of("http://127.0.0.1:1"));
    }

    private SnapshotSource.PinnedSnapshot pinned(Message message) {
        SnapshotMetadata metadata = new SnapshotMetadata(ConfState.EMPTY, 5, 1);
        Message whole =
                message.toBuilder().snapshot(new Snapshot(Bytes.utf8("{}"), metadata)).build();
        return new SnapshotSource.PinnedSnapshot() {
            @Override
            public Message message() {
                return whole;
            }

            @Override
            public long databaseBytes() {
                return DATABASE_BYTES;
            }

            @Override
            public void writeTo(WritableByteChannel channel) throws IOException {
                ByteBuffer all = ByteBuffer.wrap(database);
                while (all.hasRemaining()) {
                    channel.write(all);
                }
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
