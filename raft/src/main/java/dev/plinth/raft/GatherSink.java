package dev.plinth.raft;

/**
 * Takes an encoding in pieces, so that a transport can write headers and shared payloads with one
 * gathering call.
 */
public interface GatherSink {
    /** Bytes that are used again after the call: to be copied at once. */
    void copy(byte[] array, int offset, int length);

    /** Bytes that never change: may be kept and sent as they are. */
    void share(byte[] array, int offset, int length);
}
