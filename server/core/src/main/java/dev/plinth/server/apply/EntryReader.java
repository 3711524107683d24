package dev.plinth.server.apply;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.RequestHeader;
import java.io.IOException;
import java.util.Set;

/**
 * Finds the request inside the bytes of a log entry without decoding what is not needed.
 *
 * <p>An {@code InternalRaftRequest} has one field per kind of request, of which exactly one is set.
 * This reader notes where that field's bytes are; nothing is copied. Reused entry after entry by
 * one thread; allocates nothing itself.
 *
 * <pre>
 *  1    ID (only in old logs)       varint
 *  2    a V2 request (up to 3.6)    bytes
 *  100  header { 1 ID, 2 username, 3 auth_revision }
 *  else the request, by its number
 * </pre>
 */
final class EntryReader {
    static final int V2_FIELD = 2;
    private static final int METHOD_BYTES_MAX = 6;
    private static final Set<String> V2_METHODS =
            Set.of("PUT", "POST", "DELETE", "QGET", "SYNC", "GET");

    private byte[] data = new byte[0];
    private long requestId;
    private String username = "";
    private long authRevision;
    private int field;
    private int bodyOffset;
    private int bodyLength;

    /**
     * Reads an entry.
     *
     * @throws InvalidProtocolBufferException when the bytes are not an {@code InternalRaftRequest}
     */
    void read(byte[] array, int offset, int length) throws InvalidProtocolBufferException {
        data = array;
        requestId = 0;
        username = "";
        authRevision = 0;
        field = 0;
        long legacyId = 0;
        CodedInputStream in = CodedInputStream.newInstance(array, offset, length);
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                int number = WireFormat.getTagFieldNumber(tag);
                boolean delimited =
                        WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                if (number == InternalRaftRequest.ID_FIELD_NUMBER && !delimited) {
                    legacyId = in.readUInt64();
                } else if (number == InternalRaftRequest.HEADER_FIELD_NUMBER && delimited) {
                    int limit = in.pushLimit(in.readRawVarint32());
                    readHeader(in);
                    in.popLimit(limit);
                } else if (delimited) {
                    field = number;
                    bodyLength = in.readRawVarint32();
                    bodyOffset = offset + in.getTotalBytesRead();
                    in.skipRawBytes(bodyLength);
                    if (number == V2_FIELD && isMethod()) {
                        throw new InvalidProtocolBufferException("a V2 request by itself");
                    }
                } else if (!in.skipField(tag)) {
                    throw new InvalidProtocolBufferException(
                            "field " + number + " has no legal wire type");
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidProtocolBufferException(e);
        }
        if (legacyId != 0) {
            requestId = legacyId;
        }
    }

    /**
     * Whether field 2 is the method of a V2 request that is the whole entry. Its other fields have
     * the wire types of ours, so nothing else tells the two apart; as the embedded request that
     * field 2 is otherwise, these bytes would be malformed.
     */
    private boolean isMethod() {
        if (bodyLength > METHOD_BYTES_MAX) {
            return false;
        }
        return V2_METHODS.contains(new String(data, bodyOffset, bodyLength, US_ASCII));
    }

    private void readHeader(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case RequestHeader.ID_FIELD_NUMBER -> requestId = in.readUInt64();
                case RequestHeader.USERNAME_FIELD_NUMBER -> username = in.readStringRequireUtf8();
                case RequestHeader.AUTH_REVISION_FIELD_NUMBER -> authRevision = in.readUInt64();
                default -> in.skipField(tag);
            }
        }
    }

    /** Id of the request, 0 when there is none. */
    long requestId() {
        return requestId;
    }

    /** User on whose behalf the request was proposed; empty without auth. */
    String username() {
        return username;
    }

    /** The auth store's revision when it was proposed; 0 without auth. */
    long authRevision() {
        return authRevision;
    }

    /** Number of the request's field; 0 when the entry holds no request. */
    int field() {
        return field;
    }

    /** The request's bytes, sharing the entry's array. */
    ByteString body() {
        return UnsafeByteOperations.unsafeWrap(data, bodyOffset, bodyLength);
    }

    /** Decodes the request; its byte strings share the entry's array. */
    <T extends MessageLite> T parse(Parser<T> parser) throws InvalidProtocolBufferException {
        CodedInputStream in = CodedInputStream.newInstance(data, bodyOffset, bodyLength);
        in.enableAliasing(true);
        return parser.parseFrom(in);
    }
}
