package dev.plinth.server.peer;

import java.util.concurrent.atomic.LongAdder;

/** What passed between this member and another one. Any thread. */
final class PeerMetrics {
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentFailures = new LongAdder();
    private final LongAdder droppedMessages = new LongAdder();

    void sent(long bytes) {
        sentBytes.add(bytes);
    }

    void received(long bytes) {
        receivedBytes.add(bytes);
    }

    void sendFailed() {
        sentFailures.increment();
    }

    void dropped() {
        droppedMessages.increment();
    }

    long sentBytes() {
        return sentBytes.sum();
    }

    long receivedBytes() {
        return receivedBytes.sum();
    }

    long sentFailures() {
        return sentFailures.sum();
    }

    long droppedMessages() {
        return droppedMessages.sum();
    }
}
