package dev.plinth.server.storage;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendSnapshot;
import dev.plinth.raft.Bytes;
import dev.plinth.raft.Message;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.V2Store;
import dev.plinth.server.peer.SnapshotSource;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Pins the database as it is, and puts its index and members into raft's message. */
public final class PinnedStates implements SnapshotSource {
    private final Supplier<Backend> backend;
    private final LongFunction<ClusterView> viewAt;

    /**
     * @param backend the member's database
     * @param viewAt the cluster as it was at an index
     */
    public PinnedStates(Supplier<Backend> backend, LongFunction<ClusterView> viewAt) {
        this.backend = backend;
        this.viewAt = viewAt;
    }

    @Override
    public PinnedSnapshot pin(Message message) throws IOException {
        BackendSnapshot pinned = backend.get().snapshot();
        try {
            long index = pinned.consistentIndex();
            ClusterView view = viewAt.apply(index);
            SnapshotMetadata metadata =
                    new SnapshotMetadata(view.confState(), index, pinned.consistentTerm());
            Snapshot snapshot = new Snapshot(Bytes.utf8(V2Store.write(view)), metadata);
            return new Pinned(pinned, message.toBuilder().snapshot(snapshot).build());
        } catch (RuntimeException e) {
            pinned.close();
            throw e;
        }
    }

    private record Pinned(BackendSnapshot pinned, Message message) implements PinnedSnapshot {
        @Override
        public long databaseBytes() {
            return pinned.sizeBytes();
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            pinned.writeTo(channel);
        }

        @Override
        public void close() {
            pinned.close();
        }
    }
}
