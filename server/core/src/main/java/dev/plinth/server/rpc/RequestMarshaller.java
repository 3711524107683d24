package dev.plinth.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.plinth.server.apply.EntryWriter;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads requests, each message no larger than the limit.
 *
 * <p>gRPC's own check has another text than the one that clients know, so the limit is enforced
 * here; gRPC's is set a little higher and only bounds what is buffered.
 */
abstract class RequestMarshaller<Q> implements Marshaller<Incoming<Q>> {
    private static final int CHUNK_BYTES = 64 << 10;

    private final int messageBytesMax;

    private RequestMarshaller(int messageBytesMax) {
        this.messageBytesMax = messageBytesMax;
    }

    /** For requests that are only looked at. */
    static <T extends MessageLite> RequestMarshaller<T> decoding(
            Parser<T> parser, int messageBytesMax) {
        return new RequestMarshaller<>(messageBytesMax) {
            @Override
            T read(InputStream stream, int length) throws IOException {
                byte[] bytes = new byte[length];
                readFully(stream, bytes, 0, length);
                CodedInputStream in = CodedInputStream.newInstance(bytes);
                in.enableAliasing(true);
                return parser.parseFrom(in);
            }
        };
    }

    /**
     * For requests that go into the log under the given field number: the bytes are read into their
     * place in the entry.
     */
    static <T extends MessageLite> RequestMarshaller<EncodedRequest<T>> encoding(
            int field, Parser<T> parser, int messageBytesMax) {
        return new RequestMarshaller<>(messageBytesMax) {
            @Override
            EncodedRequest<T> read(InputStream stream, int length) throws IOException {
                EntryWriter entry = EntryWriter.reserve(field, length);
                readFully(stream, entry.array(), entry.bodyOffset(), length);
                CodedInputStream in =
                        CodedInputStream.newInstance(entry.array(), entry.bodyOffset(), length);
                in.enableAliasing(true);
                return new EncodedRequest<>(parser.parseFrom(in), entry);
            }
        };
    }

    abstract Q read(InputStream stream, int length) throws IOException;

    @Override
    public Incoming<Q> parse(InputStream stream) {
        try {
            if (!(stream instanceof KnownLength)) {
                return readUnknownLength(stream);
            }
            int length = stream.available();
            if (length > messageBytesMax) {
                return Incoming.refused(tooLarge(length));
            }
            return Incoming.of(read(stream, length));
        } catch (IOException e) {
            return Incoming.refused(
                    Status.INTERNAL.withDescription(
                            "grpc: error unmarshalling request: " + e.getMessage()));
        }
    }

    /** A compressed message: its length is known only once it has been inflated. */
    private Incoming<Q> readUnknownLength(InputStream stream) throws IOException {
        byte[] bytes = stream.readNBytes(messageBytesMax + 1);
        if (bytes.length > messageBytesMax) {
            return Incoming.refused(tooLarge(bytes.length));
        }
        return Incoming.of(read(new ByteArrayInputStream(bytes), bytes.length));
    }

    private Status tooLarge(int length) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: received message larger than max ("
                        + length
                        + " vs. "
                        + messageBytesMax
                        + ")");
    }

    private static void readFully(InputStream stream, byte[] target, int offset, int length)
            throws IOException {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            int read = stream.read(target, at, Math.min(end - at, CHUNK_BYTES));
            if (read < 0) {
                throw new EOFException(
                        "message ends after " + (at - offset) + " of " + length + " bytes");
            }
            at += read;
        }
    }

    @Override
    public InputStream stream(Incoming<Q> value) {
        throw new UnsupportedOperationException("requests are not written by the server");
    }
}
