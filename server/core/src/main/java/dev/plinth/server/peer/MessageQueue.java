package dev.plinth.server.peer;

import dev.plinth.raft.Entry;
import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait to be written to one stream, bounded in number and in the bytes of their
 * entries. Appends stand behind everything else, so that a heartbeat never waits for data. The
 * entries are those of the log, not copies. Not thread-safe.
 */
final class MessageQueue {
    static final int MESSAGES_MAX = 4096;
    static final long BYTES_MAX = 64L << 20;
    private static final int OVERHEAD_BYTES = 128;

    private final ArrayDeque<Message> urgent = new ArrayDeque<>();
    private final ArrayDeque<Message> appends = new ArrayDeque<>();
    private long bytes;

    /** Adds a message, or returns false when the queue is full. One that is alone always fits. */
    boolean offer(Message message) {
        long size = size(message);
        if (size() >= MESSAGES_MAX || (bytes + size > BYTES_MAX && bytes > 0)) {
            return false;
        }
        (message.type() == MessageType.APP ? appends : urgent).add(message);
        bytes += size;
        return true;
    }

    /** The next message to write, null when there is none. */
    @Nullable Message poll() {
        Message message = urgent.isEmpty() ? appends.poll() : urgent.poll();
        if (message != null) {
            bytes -= size(message);
        }
        return message;
    }

    int size() {
        return urgent.size() + appends.size();
    }

    long bytes() {
        return bytes;
    }

    void clear() {
        urgent.clear();
        appends.clear();
        bytes = 0;
    }

    /** About the bytes that a message takes on the wire. */
    static long size(Message message) {
        long size = OVERHEAD_BYTES;
        List<Entry> entries = message.entries();
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
        }
        return size;
    }
}
