package dev.plinth.server.peer;

import dev.plinth.server.peer.SnapshotSink.IncomingDatabase;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What arrived of a database whose connection ended, so that the sender can go on from there. One
 * at most, for a minute, and never across a restart. Any thread.
 */
final class SnapshotParts {
    private static final long KEPT_SECONDS = 60;

    private final Executor discarding;
    private final Map<String, Channel> underWay = new HashMap<>();
    private @Nullable Part kept;

    /**
     * A part.
     *
     * @param transfer the name that its sender has given it
     * @param bytes how many have arrived, from the start
     * @param database into which they were written
     */
    record Part(String transfer, long bytes, IncomingDatabase database) {}

    /**
     * @param discarding runs what touches the disk
     */
    SnapshotParts(Executor discarding) {
        this.discarding = discarding;
    }

    /** A transfer arrives on the connection. */
    synchronized void begin(String transfer, Channel channel) {
        underWay.put(transfer, channel);
    }

    /** Nothing more comes on that connection, and nothing of it is kept. */
    synchronized void end(String transfer, Channel channel) {
        underWay.remove(transfer, channel);
    }

    /** Keeps what came on the connection, in the place of any other part. */
    synchronized void keep(Part part, Channel channel) {
        end(part.transfer(), channel);
        discard(kept);
        kept = part;
        EventLoop loop = channel.eventLoop();
        if (!loop.isShuttingDown()) {
            var _ = loop.schedule(() -> expire(part), KEPT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private synchronized void expire(Part part) {
        if (part.equals(kept)) {
            kept = null;
            discard(part);
        }
    }

    private void discard(@Nullable Part part) {
        if (part != null) {
            discarding.execute(() -> part.database().discard());
        }
    }

    /** The part to which the bytes from the offset on belong; null when there is none. */
    synchronized @Nullable Part take(String transfer, long offset) {
        Part part = kept;
        if (part == null || !part.transfer().equals(transfer) || part.bytes() != offset) {
            return null;
        }
        kept = null;
        return part;
    }

    /** How much is there of a transfer; empty when nothing is. */
    synchronized OptionalLong bytes(String transfer) {
        Part part = kept;
        return part != null && part.transfer().equals(transfer)
                ? OptionalLong.of(part.bytes())
                : OptionalLong.empty();
    }

    /**
     * Ends a connection on which the transfer may still seem to arrive: its sender has given it up.
     *
     * @return whether there was one
     */
    synchronized boolean isStillArriving(String transfer) {
        Channel channel = underWay.get(transfer);
        if (channel == null) {
            return false;
        }
        var _ = channel.close();
        return true;
    }
}
