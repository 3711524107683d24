package dev.plinth.server.rpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Hands replies to gRPC as bytes.
 *
 * <p>On a socket the reply is drained into the transport's buffer while it is being sent, so a body
 * may point into pages that are only held until then. The in-process transport reads later: for it
 * the bytes are copied at once, but for those of a long answer, which holds no pages.
 */
enum ReplyMarshaller implements Marshaller<Reply> {
    /** For sockets. */
    DRAINING {
        @Override
        public InputStream stream(Reply reply) {
            return new DrainingStream(reply);
        }
    },
    /** For the in-process transport. */
    COPYING {
        @Override
        public InputStream stream(Reply reply) {
            return reply.isPaced()
                    ? new LongReply(reply)
                    : new ByteArrayInputStream(reply.toByteArray());
        }
    };

    @Override
    public Reply parse(InputStream stream) {
        throw new UnsupportedOperationException("replies are not read by the server");
    }

    private static final class DrainingStream extends InputStream
            implements Drainable, KnownLength {
        private final Reply reply;
        private boolean drained;

        DrainingStream(Reply reply) {
            this.reply = reply;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            drained = true;
            return reply.writeTo(target);
        }

        @Override
        public int available() {
            return drained ? 0 : reply.size();
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("drained by the transport");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            throw new UnsupportedOperationException("drained by the transport");
        }
    }
}
