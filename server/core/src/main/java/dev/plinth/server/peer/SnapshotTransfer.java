package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.peer.SnapshotSource.PinnedSnapshot;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends one pinned state. When the connection breaks on the way the receiver is asked how much it
 * has, and the sending goes on from there; one that keeps no parts, as etcd, gets none of this, and
 * raft asks for another snapshot. What the receiver has is read again from the page cache and
 * dropped, not sent. One thread.
 */
final class SnapshotTransfer {
    /** Times that a receiver is asked for its part before it is given up, about a second apart. */
    private static final int QUESTIONS_MAX = 20;

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int ANSWER_BYTES_MAX = 4096;
    private static final int FOUND = 204;
    private static final int BUSY = 503;

    private final long memberId;
    private final UrlPicker urls;
    private final PeerSurroundings surroundings;
    private final PinnedSnapshot pinned;
    private final String name;

    SnapshotTransfer(
            long memberId, UrlPicker urls, PeerSurroundings surroundings, PinnedSnapshot pinned) {
        this.memberId = memberId;
        this.urls = urls;
        this.surroundings = surroundings;
        this.pinned = pinned;
        // Two sendings of this process differ in their time, those of two processes in their pins.
        this.name =
                "%s-%s-%x-%x"
                        .formatted(
                                MemberIds.text(surroundings.self().memberId()),
                                MemberIds.text(memberId),
                                pinned.databaseBytes(),
                                surroundings.nanoClock().getAsLong());
    }

    /**
     * Returns when the receiver has everything on its disk.
     *
     * @throws IOException when it does not take it, or is not reached
     */
    void send() throws IOException {
        long offset = 0;
        while (true) {
            URI url = urls.pick();
            IOException failure;
            try (SnapshotUpload upload = SnapshotUpload.open(url, surroundings, name, offset)) {
                failure = sendFrom(offset, upload);
            } catch (IOException e) {
                urls.failed(url);
                throw e;
            }
            if (failure == null) {
                return;
            }
            urls.failed(url);
            long arrived = askForPart(failure);
            if (arrived <= offset || arrived > pinned.databaseBytes()) {
                throw failure;
            }
            offset = arrived;
            surroundings
                    .log()
                    .info(
                            "resuming database snapshot",
                            "remote-peer-id",
                            MemberIds.text(memberId),
                            "offset",
                            offset,
                            "bytes",
                            pinned.databaseBytes(),
                            "error",
                            String.valueOf(failure.getMessage()));
        }
    }

    /** What broke the connection; null when the receiver has everything. */
    private @Nullable IOException sendFrom(long offset, SnapshotUpload upload)
            throws SnapshotUpload.RefusedException {
        try {
            upload.writeHead(pinned.message().toBytes(surroundings.self().form()));
            pinned.writeTo(new Remainder(upload, offset));
            upload.finish();
            return null;
        } catch (SnapshotUpload.RefusedException e) {
            throw e;
        } catch (IOException e) {
            return e;
        }
    }

    /** How much of the database the receiver has. */
    private long askForPart(IOException failure) throws IOException {
        for (int question = 0; question < QUESTIONS_MAX; question++) {
            PeerHttp.Answer answer = ask();
            if (answer != null && answer.status() == FOUND) {
                return PeerHeaders.offset(answer.headers());
            }
            if (answer != null && answer.status() != BUSY) {
                throw failure;
            }
            pause();
        }
        throw failure;
    }

    private PeerHttp.@Nullable Answer ask() throws IOException {
        URI url = urls.pick();
        try {
            return surroundings
                    .http()
                    .get(
                            url,
                            "/raft/snapshot",
                            headers -> {
                                PeerHeaders.introduce(headers, surroundings.self());
                                headers.set(PeerHeaders.TRANSFER, name);
                            },
                            ANSWER_NANOS,
                            ANSWER_BYTES_MAX)
                    .get();
        } catch (ExecutionException _) {
            urls.failed(url);
            return null;
        } catch (InterruptedException e) {
            throw stopped(e);
        }
    }

    private void pause() throws IOException {
        try {
            surroundings
                    .dialer()
                    .nextLoop()
                    .schedule(() -> {}, PAUSE_NANOS, TimeUnit.NANOSECONDS)
                    .get();
        } catch (InterruptedException e) {
            throw stopped(e);
        } catch (ExecutionException | CancellationException | RejectedExecutionException e) {
            throw new IOException("stopped", e);
        }
    }

    private static IOException stopped(InterruptedException cause) {
        Thread.currentThread().interrupt();
        IOException stopped = new InterruptedIOException("stopped");
        stopped.initCause(cause);
        return stopped;
    }

    /** Drops the bytes before an offset. */
    private static final class Remainder implements WritableByteChannel {
        private final WritableByteChannel target;
        private long left;

        Remainder(WritableByteChannel target, long offset) {
            this.target = target;
            this.left = offset;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int dropped = (int) Math.min(left, source.remaining());
            left -= dropped;
            source.position(source.position() + dropped);
            return source.hasRemaining() ? dropped + target.write(source) : dropped;
        }

        @Override
        public boolean isOpen() {
            return target.isOpen();
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
