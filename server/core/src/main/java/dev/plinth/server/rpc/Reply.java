package dev.plinth.server.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.server.core.ResponseBody;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A response on its way out: the header's four numbers and the body behind it.
 *
 * <pre>
 *  +------+--------+-----------------------------------------------+------+
 *  | 0x0A | length | 1 cluster id, 2 member id, 3 revision, 4 term | body |
 *  +------+--------+-----------------------------------------------+------+
 *  field 1, the header; numbers that are 0 are left out              fields 2…
 * </pre>
 *
 * <p>Written once, straight into the socket's buffer; a header object is never made. The term is
 * that of the moment the reply was made.
 */
public final class Reply {
    private static final int HEADER_FIELD = 1;
    private static final int BUFFER_BYTES = 512;

    private final boolean hasHeader;
    private final long clusterId;
    private final long memberId;
    private final long revision;
    private final long raftTerm;
    private final ResponseBody body;
    private final int headerSize;
    private final int size;

    private Reply(
            boolean hasHeader,
            long clusterId,
            long memberId,
            long revision,
            long raftTerm,
            ResponseBody body) {
        this.hasHeader = hasHeader;
        this.clusterId = clusterId;
        this.memberId = memberId;
        this.revision = revision;
        this.raftTerm = raftTerm;
        this.body = body;
        this.headerSize = hasHeader ? headerSize() : 0;
        int headerField =
                hasHeader
                        ? 1 + CodedOutputStream.computeUInt32SizeNoTag(headerSize) + headerSize
                        : 0;
        this.size = Math.addExact(headerField, body.size());
    }

    /** A reply with a header. */
    public static Reply of(
            long clusterId, long memberId, long revision, long raftTerm, ResponseBody body) {
        return new Reply(true, clusterId, memberId, revision, raftTerm, body);
    }

    /** A reply of the few methods that have no header. */
    public static Reply withoutHeader(ResponseBody body) {
        return new Reply(false, 0, 0, 0, 0, body);
    }

    /** Encoded size in bytes. */
    int size() {
        return size;
    }

    /** Writes the message; returns its size. */
    int writeTo(OutputStream stream) throws IOException {
        CodedOutputStream out =
                CodedOutputStream.newInstance(stream, Math.min(Math.max(size, 1), BUFFER_BYTES));
        writeTo(out);
        out.flush();
        return size;
    }

    /** Writes the message at the receiver's pace, which matters to a long one. */
    int writeTo(OutputStream stream, int bufferBytes, Pace pace) throws IOException {
        CodedOutputStream out = CodedOutputStream.newInstance(stream, bufferBytes);
        writeHeader(out);
        if (body instanceof PacedRange range) {
            range.writeTo(out, pace);
        } else {
            body.writeTo(out);
        }
        out.flush();
        return size;
    }

    /** Whether it is read from the store only while it is written. */
    boolean isPaced() {
        return body instanceof PacedRange;
    }

    /** The message in an array of its own. */
    byte[] toByteArray() {
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            writeTo(out);
        } catch (IOException e) {
            throw new IllegalStateException("a reply is not as long as it says", e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    /** Writes the message into a larger one. */
    void writeTo(CodedOutputStream out) throws IOException {
        writeHeader(out);
        body.writeTo(out);
    }

    private void writeHeader(CodedOutputStream out) throws IOException {
        if (hasHeader) {
            out.writeTag(HEADER_FIELD, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(headerSize);
            if (clusterId != 0) {
                out.writeUInt64(ResponseHeader.CLUSTER_ID_FIELD_NUMBER, clusterId);
            }
            if (memberId != 0) {
                out.writeUInt64(ResponseHeader.MEMBER_ID_FIELD_NUMBER, memberId);
            }
            if (revision != 0) {
                out.writeInt64(ResponseHeader.REVISION_FIELD_NUMBER, revision);
            }
            if (raftTerm != 0) {
                out.writeUInt64(ResponseHeader.RAFT_TERM_FIELD_NUMBER, raftTerm);
            }
        }
    }

    private int headerSize() {
        return sizeUnlessZero(ResponseHeader.CLUSTER_ID_FIELD_NUMBER, clusterId)
                + sizeUnlessZero(ResponseHeader.MEMBER_ID_FIELD_NUMBER, memberId)
                + sizeUnlessZero(ResponseHeader.REVISION_FIELD_NUMBER, revision)
                + sizeUnlessZero(ResponseHeader.RAFT_TERM_FIELD_NUMBER, raftTerm);
    }

    private static int sizeUnlessZero(int field, long value) {
        return value == 0 ? 0 : CodedOutputStream.computeUInt64Size(field, value);
    }
}
