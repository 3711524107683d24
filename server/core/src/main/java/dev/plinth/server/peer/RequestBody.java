package dev.plinth.server.peer;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Takes the body of one request as it arrives; on the connection's event loop. */
interface RequestBody {
    /** A part of the body; only read during the call. */
    void content(ByteBuf part) throws IOException;

    /** The body is complete. */
    void end() throws IOException;

    /** The connection ended before the body did. */
    default void aborted() {}

    /** Ignores what arrives and then acts. */
    static RequestBody ignored(Runnable action) {
        return new RequestBody() {
            @Override
            public void content(ByteBuf part) {}

            @Override
            public void end() {
                action.run();
            }
        };
    }
}
