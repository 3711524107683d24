package dev.plinth.mvcc.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Keys of bucket {@code meta}. */
public final class MetaKeys {
    private MetaKeys() {}

    /** Last applied raft index, u64 big-endian. */
    public static byte[] consistentIndex() {
        return bytes("consistent_index");
    }

    /** Raft term of that entry, u64 big-endian. */
    public static byte[] term() {
        return bytes("term");
    }

    /** JSON of raft's ConfState. */
    public static byte[] confState() {
        return bytes("confState");
    }

    /** Revision of the last compaction that was physically done. */
    public static byte[] finishedCompactRevision() {
        return bytes("finishedCompactRev");
    }

    /** Revision of the last compaction accepted. */
    public static byte[] scheduledCompactRevision() {
        return bytes("scheduledCompactRev");
    }

    /** ASCII major.minor.0; absent in files of 3.5. */
    public static byte[] storageVersion() {
        return bytes("storageVersion");
    }

    private static byte[] bytes(String name) {
        return name.getBytes(US_ASCII);
    }
}
