package dev.plinth.server.core;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;

/**
 * The fields of a response behind its header.
 *
 * <p>Every response message has its header as field 1, so header bytes followed by these bytes are
 * the message. That lets the stored bytes of a key-value pair go into a reply without message
 * objects. Immutable; the size is computed once by the maker or on demand.
 */
public interface ResponseBody {
    /** Encoded size in bytes. */
    int size();

    /** Writes exactly {@link #size()} bytes. */
    void writeTo(CodedOutputStream out) throws IOException;

    /** A body made of a message whose header is not set. */
    static ResponseBody of(MessageLite message) {
        return new MessageBody(message);
    }

    /** A response that is nothing but its header. */
    ResponseBody EMPTY = new EmptyBody();

    /** A message as a body. */
    record MessageBody(MessageLite message) implements ResponseBody {
        @Override
        public int size() {
            return message.getSerializedSize();
        }

        @Override
        public void writeTo(CodedOutputStream out) throws IOException {
            message.writeTo(out);
        }
    }

    /** No bytes. */
    record EmptyBody() implements ResponseBody {
        @Override
        public int size() {
            return 0;
        }

        @Override
        public void writeTo(CodedOutputStream out) {}
    }
}
