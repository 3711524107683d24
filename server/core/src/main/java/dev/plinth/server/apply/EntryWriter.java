package dev.plinth.server.apply;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.RequestHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A request as the bytes of the log entry that it will become, in one array from the start.
 *
 * <pre>
 *  +-----------+--------+---------------+---------------------------+-------+
 *  | tag       | length | request       | header (tag 100, length,  | spare |
 *  | of kind   |        | as it came in | ID, user, auth revision)  |       |
 *  +-----------+--------+---------------+---------------------------+-------+
 *                       ^ bodyOffset    ^ bodyOffset + bodyLength
 * </pre>
 *
 * <p>The request's bytes are copied once, from the socket's buffer into their place here; id and
 * user are known later and are appended into the spare room. Field numbers above the header's come
 * after it. Not thread-safe.
 */
public final class EntryWriter {
    /** Room for a header with an id alone: tag 2, length 1, tag 1, varint 10. */
    private static final int ID_HEADER_MAX = 14;

    private byte[] array;
    private final int bodyOffset;
    private final int bodyLength;
    private int length;

    private EntryWriter(byte[] array, int bodyOffset, int bodyLength) {
        this.array = array;
        this.bodyOffset = bodyOffset;
        this.bodyLength = bodyLength;
        this.length = bodyOffset + bodyLength;
    }

    /**
     * Makes room for a request of known length; the caller fills {@link #array} at {@link
     * #bodyOffset}.
     *
     * @param field number of the request's field in {@code InternalRaftRequest}, below the header's
     */
    public static EntryWriter reserve(int field, int bodyLength) {
        assert field < InternalRaftRequest.HEADER_FIELD_NUMBER : field;
        int prefix =
                CodedOutputStream.computeTagSize(field)
                        + CodedOutputStream.computeUInt32SizeNoTag(bodyLength);
        byte[] array = new byte[prefix + bodyLength + ID_HEADER_MAX];
        CodedOutputStream out = CodedOutputStream.newInstance(array, 0, prefix);
        try {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(bodyLength);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new EntryWriter(array, prefix, bodyLength);
    }

    /** Encodes a whole entry at once. */
    public static byte[] encode(int field, MessageLite request, RequestHeader header) {
        int headerField = InternalRaftRequest.HEADER_FIELD_NUMBER;
        byte[] entry =
                new byte
                        [CodedOutputStream.computeMessageSize(field, request)
                                + CodedOutputStream.computeMessageSize(headerField, header)];
        CodedOutputStream out = CodedOutputStream.newInstance(entry);
        try {
            if (field < headerField) {
                out.writeMessage(field, request);
            }
            out.writeMessage(headerField, header);
            if (field > headerField) {
                out.writeMessage(field, request);
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entry;
    }

    /** Array that holds the entry from index 0 on. */
    public byte[] array() {
        return array;
    }

    /** Where the request's bytes start. */
    public int bodyOffset() {
        return bodyOffset;
    }

    /** How many they are. */
    public int bodyLength() {
        return bodyLength;
    }

    /** Length of the entry; final after {@link #finish}. */
    public int length() {
        return length;
    }

    /** Appends the header. Called once. */
    public void finish(long requestId, String username, long authRevision) {
        RequestHeader header =
                RequestHeader.newBuilder()
                        .setID(requestId)
                        .setUsername(username)
                        .setAuthRevision(authRevision)
                        .build();
        int field = InternalRaftRequest.HEADER_FIELD_NUMBER;
        int size = CodedOutputStream.computeMessageSize(field, header);
        int end = bodyOffset + bodyLength;
        if (end + size > array.length) {
            array = Arrays.copyOf(array, end + size);
        }
        CodedOutputStream out = CodedOutputStream.newInstance(array, end, size);
        try {
            out.writeMessage(field, header);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        length = end + size;
    }
}
