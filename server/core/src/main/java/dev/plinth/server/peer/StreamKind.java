package dev.plinth.server.peer;

import dev.plinth.raft.WireForm;

/** The two long-lived streams that each member keeps to each other one. */
enum StreamKind {
    /** Everything but appends, and appends while the other stream is down. */
    MESSAGE("message"),
    /** Appends alone, in a form that leaves out what the receiver knows. */
    APPEND("msgapp");

    private final String path;

    StreamKind(String path) {
        this.path = path;
    }

    /** Name in the request's path. */
    String path() {
        return path;
    }

    StreamEncoder newEncoder(WireForm form) {
        return this == MESSAGE ? new MessageEncoder(form) : new AppendEncoder(form);
    }

    /**
     * @param remoteId the member that sends
     * @param localId this member
     */
    StreamDecoder newDecoder(long remoteId, long localId) {
        return this == MESSAGE
                ? new MessageDecoder(StreamDecoder.FRAME_BYTES_MAX)
                : new AppendDecoder(remoteId, localId, StreamDecoder.FRAME_BYTES_MAX);
    }
}
