package dev.plinth.server.rpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.plinth.api.etcdserverpb.SnapshotRequest;
import dev.plinth.api.etcdserverpb.SnapshotResponse;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendSnapshot;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Histogram;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sends the database as it is at one moment.
 *
 * <pre>
 *  blob of 32 KiB, remaining = rest | ... | last blob, remaining 0 | SHA-256 of all blobs, remaining 0
 * </pre>
 *
 * <p>Sent at the receiver's pace from a pinned version of the file; one blob is held at a time.
 */
final class SnapshotStream implements ServerStreamHandler.Method<SnapshotRequest> {
    private static final int BLOB_BYTES = 32 << 10;

    private final LocalMember member;
    private final Supplier<Backend> backend;
    private final AuthStore auth;
    private final LongSupplier nanoClock;
    private final Histogram seconds;

    SnapshotStream(ServiceContext context) {
        this.nanoClock = context.nanoClock();
        this.seconds =
                context.metrics()
                        .histogram(
                                "etcd_disk_backend_snapshot_duration_seconds",
                                "The latency distribution of backend snapshots.",
                                Buckets.doubling(0.01, 17));
        this.auth = context.auth();
        this.member = context.member();
        this.backend = context.backend();
    }

    @Override
    public void run(SnapshotRequest request, Caller caller, StreamSender sender)
            throws RefusedException, InterruptedException {
        auth.checkAdmin(caller);
        String version = Objects.requireNonNullElse(member.storageVersion(), "");
        long startNanos = nanoClock.getAsLong();
        try (BackendSnapshot snapshot = backend.get().snapshot()) {
            BlobChannel channel = new BlobChannel(snapshot.sizeBytes(), version, sender);
            snapshot.writeTo(channel);
            channel.finish();
            seconds.observeNanos(nanoClock.getAsLong() - startNanos);
        } catch (ClosedChannelException receiverGone) {
            return;
        } catch (InterruptedIOException e) {
            throw new InterruptedException();
        } catch (IOException e) {
            throw RefusedException.unmapped(String.valueOf(e.getMessage()));
        }
    }

    /** Cuts what is written into blobs. */
    private static final class BlobChannel implements WritableByteChannel {
        private final StreamSender sender;
        private final String version;
        private final MessageDigest digest = sha256();
        private final byte[] blob = new byte[BLOB_BYTES];
        private int filled;
        private long remaining;

        BlobChannel(long sizeBytes, String version, StreamSender sender) {
            this.remaining = sizeBytes;
            this.version = version;
            this.sender = sender;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int taken = source.remaining();
            while (source.hasRemaining()) {
                int n = Math.min(source.remaining(), BLOB_BYTES - filled);
                source.get(blob, filled, n);
                filled += n;
                if (filled == BLOB_BYTES) {
                    flush();
                }
            }
            return taken;
        }

        private void flush() throws IOException {
            digest.update(blob, 0, filled);
            remaining -= filled;
            send(Arrays.copyOf(blob, filled), remaining);
            filled = 0;
        }

        void finish() throws IOException {
            if (filled > 0) {
                flush();
            }
            send(digest.digest(), 0);
        }

        private void send(byte[] bytes, long bytesRemaining) throws IOException {
            SnapshotResponse response =
                    SnapshotResponse.newBuilder()
                            .setRemainingBytes(bytesRemaining)
                            .setBlob(UnsafeByteOperations.unsafeWrap(bytes))
                            .setVersion(version)
                            .build();
            try {
                if (!sender.send(Reply.withoutHeader(ResponseBody.of(response)))) {
                    throw new ClosedChannelException();
                }
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
