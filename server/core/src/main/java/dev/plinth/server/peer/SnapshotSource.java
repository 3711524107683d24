package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Gives the state of this member as of now, to be sent to one that is too far behind. */
public interface SnapshotSource {
    /** A pinned state. One thread; closed by who asked for it. */
    interface PinnedSnapshot extends AutoCloseable {
        /** The message of raft with the index, term and members of the state. */
        Message message();

        /** Bytes of the database. */
        long databaseBytes();

        /** Writes the database. */
        void writeTo(WritableByteChannel channel) throws IOException;

        @Override
        void close();
    }

    /**
     * Pins the state.
     *
     * @param message raft's message, which says who is to get it
     */
    PinnedSnapshot pin(Message message) throws IOException;
}
