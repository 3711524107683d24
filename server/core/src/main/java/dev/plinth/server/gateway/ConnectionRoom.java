package dev.plinth.server.gateway;

import dev.plinth.server.rpc.Pace;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Lets a thread that writes a long answer wait until its connection has taken most of what it was
 * given. One thread at a time waits; all else is called on the connection's event loop.
 */
final class ConnectionRoom implements Pace {
    private final HttpAnswer answer;
    private final Executor loop;
    private final Semaphore room = new Semaphore(0);
    private boolean isAwaited;
    private volatile boolean isOver;

    ConnectionRoom(HttpAnswer answer, Executor loop) {
        this.answer = answer;
        this.loop = loop;
    }

    /**
     * Goes through the loop, so that all that was given to it before has reached the connection.
     */
    @Override
    public boolean awaitRoom() throws InterruptedException {
        loop.execute(() -> {
            if (isOver || answer.isWritable()) {
                room.release();
            } else {
                isAwaited = true;
            }
        });
        room.acquire();
        return !isOver;
    }

    /** The connection can take more. */
    void writable() {
        if (isAwaited) {
            isAwaited = false;
            room.release();
        }
    }

    /** Nothing more will be taken. */
    void end() {
        isOver = true;
        room.release();
    }
}
