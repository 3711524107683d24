package dev.plinth.server.gateway;

import com.google.protobuf.Descriptors.Descriptor;
import dev.plinth.server.rpc.LongReply;
import dev.plinth.server.rpc.Pace;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The answers of one method as JSON: taken as the services have encoded them, never decoded into
 * messages. Immutable.
 *
 * @param message the kind of message
 * @param isStream whether each answer is one line of many, in {@code {"result":…}}
 * @param shapes what messages look like
 */
record JsonAnswers(Descriptor message, boolean isStream, JsonShape.Shapes shapes) {
    private static final String BEFORE = "{\"result\":";
    private static final String BEHIND = "}\n";
    private static final int PACED_BYTES = 256 << 10;

    /** Gives the caller's side what the services' side has encoded. */
    enum Encoded implements Marshaller<InputStream> {
        AS_IT_IS;

        @Override
        public InputStream parse(InputStream encoded) {
            return encoded;
        }

        @Override
        public InputStream stream(InputStream encoded) {
            throw new UnsupportedOperationException("answers are not sent to the services");
        }
    }

    /**
     * A short answer as a whole.
     *
     * @throws IOException the message is damaged
     */
    byte[] whole(byte[] encoded) throws IOException {
        List<byte[]> pieces = new ArrayList<>(1);
        write(encoded.length, pieces::add, json -> json.write(encoded));
        byte[] json = new byte[pieces.stream().mapToInt(piece -> piece.length).sum()];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, json, at, piece.length);
            at += piece.length;
        }
        return json;
    }

    /** Writes an answer that is held in pieces, at a pace. */
    void write(byte[] encoded, Pace pace, Consumer<byte[]> pieces) throws IOException {
        write(
                encoded.length,
                pieces,
                json -> {
                    for (int at = 0; at < encoded.length; at += PACED_BYTES) {
                        awaitRoom(pace);
                        json.write(encoded, at, Math.min(encoded.length - at, PACED_BYTES));
                    }
                });
    }

    private static void awaitRoom(Pace pace) throws IOException {
        try {
            if (!pace.awaitRoom()) {
                throw new IOException("the receiver has gone away");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops");
        }
    }

    /** Writes a long answer in pieces, at a pace. */
    void write(LongReply reply, Pace pace, Consumer<byte[]> pieces) throws IOException {
        write(reply.available(), pieces, json -> reply.writeTo(json, pace));
    }

    private interface Source {
        void writeTo(JsonAnswer json) throws IOException;
    }

    private void write(int encodedBytes, Consumer<byte[]> pieces, Source source)
            throws IOException {
        // Base64 makes four bytes of three; names come on top.
        JsonPieces out = new JsonPieces(pieces, encodedBytes + encodedBytes / 2);
        if (isStream) {
            out.putAscii(BEFORE);
        }
        JsonAnswer json = new JsonAnswer(shapes, message, out);
        source.writeTo(json);
        json.end();
        if (isStream) {
            out.putAscii(BEHIND);
        }
        out.flush();
    }
}
