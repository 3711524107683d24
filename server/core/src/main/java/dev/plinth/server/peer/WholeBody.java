package dev.plinth.server.peer;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Collects a body up to a limit and hands it over in one piece. */
final class WholeBody implements RequestBody {
    /** What to do with the body. */
    interface Action {
        void run(byte[] body) throws IOException;
    }

    private final long bytesMax;
    private final Runnable tooLarge;
    private final Action action;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean isTooLarge;

    /**
     * @param bytesMax longest body that is accepted
     * @param tooLarge runs instead of the action when it is longer
     * @param action gets the whole body
     */
    WholeBody(long bytesMax, Runnable tooLarge, Action action) {
        this.bytesMax = bytesMax;
        this.tooLarge = tooLarge;
        this.action = action;
    }

    @Override
    public void content(ByteBuf part) throws IOException {
        isTooLarge |= body.size() + (long) part.readableBytes() > bytesMax;
        if (!isTooLarge) {
            part.readBytes(body, part.readableBytes());
        }
    }

    @Override
    public void end() throws IOException {
        if (isTooLarge) {
            tooLarge.run();
        } else {
            action.run(body.toByteArray());
        }
    }
}
