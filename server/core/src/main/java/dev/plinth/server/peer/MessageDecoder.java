package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.raft.RaftDecodeException;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** The other side of {@link MessageEncoder}. */
final class MessageDecoder implements StreamDecoder {
    private final FrameReader frames;
    private boolean isInMessage;

    /**
     * @param frameBytesMax largest message that is accepted
     */
    MessageDecoder(long frameBytesMax) {
        frames = new FrameReader(frameBytesMax);
    }

    @Override
    public void decode(ByteBuf in, Consumer<Message> messages) throws StreamFormatException {
        while (true) {
            if (!isInMessage) {
                if (!frames.readNumber(in)) {
                    return;
                }
                frames.beginRun(frames.number());
                isInMessage = true;
            }
            byte[] encoded = frames.readRun(in);
            if (encoded == null) {
                return;
            }
            isInMessage = false;
            Message message = message(encoded);
            if (!MessageEncoder.isLinkHeartbeat(message)) {
                messages.accept(message);
            }
        }
    }

    /** Whether all bytes so far made up whole messages. */
    boolean isAtBoundary() {
        return !isInMessage && frames.isAtBoundary();
    }

    static Message message(byte[] encoded) throws StreamFormatException {
        try {
            return Message.decode(encoded, 0, encoded.length);
        } catch (RaftDecodeException e) {
            throw new StreamFormatException(String.valueOf(e.getMessage()), e);
        }
    }
}
