package dev.plinth.client;

/** A watch with listeners. Any thread. */
public final class WatchHandle implements AutoCloseable {
    private final WatchCursor cursor;

    WatchHandle(WatchCursor cursor) {
        this.cursor = cursor;
    }

    /** Ends the watch. What is being told is not taken back; after that nothing is told. */
    @Override
    public void close() {
        cursor.close();
    }
}
