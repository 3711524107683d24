package dev.plinth.server.peer;

import dev.plinth.raft.SnapshotMetadata;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the database of a received snapshot is kept until raft decides to take it. */
public interface SnapshotSink {
    /** A database on its way in. One thread at a time. */
    interface IncomingDatabase {
        /** Adds bytes. */
        void write(ByteBuffer bytes) throws IOException;

        /**
         * Makes the file durable under the name that the index gives it.
         *
         * @throws IOException when it cannot be kept, or is not the database of that index
         */
        void keep() throws IOException;

        /** Forgets it. */
        void discard();
    }

    /** Begins to receive. */
    IncomingDatabase begin(SnapshotMetadata snapshot) throws IOException;
}
