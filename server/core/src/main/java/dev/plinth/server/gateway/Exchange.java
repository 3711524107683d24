package dev.plinth.server.gateway;

import io.netty.buffer.ByteBuf;

/** The receiving side of one HTTP request; called on the connection's event loop. */
interface Exchange {
    /** More of the body; only read during the call. */
    void content(ByteBuf bytes);

    /** Whether another document of the body would change anything. */
    boolean wantsMore();

    /** Whether its body is a stream of requests, between which the client may pause. */
    default boolean takesStream() {
        return false;
    }

    /** The body has ended. */
    void end();

    /** The connection can take more of the answer. */
    void writable();

    /** The connection is gone. */
    void aborted();
}
