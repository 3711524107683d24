package dev.plinth.server.storage;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.server.core.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Whose log it is: {@code etcdserverpb.Metadata}, the first record of a log after the crc.
 *
 * <pre>
 * 08 member-id 10 cluster-id      both varints, always written
 * </pre>
 *
 * @param memberId the member that writes the log
 * @param clusterId the cluster it belongs to
 */
public record WalMetadata(long memberId, long clusterId) {
    private static final int MEMBER = 1;
    private static final int CLUSTER = 2;

    byte[] encode() {
        byte[] bytes =
                new byte
                        [CodedOutputStream.computeUInt64Size(MEMBER, memberId)
                                + CodedOutputStream.computeUInt64Size(CLUSTER, clusterId)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeUInt64(MEMBER, memberId);
            out.writeUInt64(CLUSTER, clusterId);
        } catch (IOException e) {
            throw new UncheckedIOException("array of the computed size", e);
        }
        return bytes;
    }

    /**
     * Reads a record.
     *
     * @throws StartException if it is malformed or names nobody
     */
    static WalMetadata decode(byte[] bytes) throws StartException {
        long member = 0;
        long cluster = 0;
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case MEMBER -> member = in.readUInt64();
                    case CLUSTER -> cluster = in.readUInt64();
                    default -> in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new StartException("wal: malformed metadata record: " + e.getMessage(), e);
        }
        if (member == 0 || cluster == 0) {
            throw new StartException("wal: metadata record without member id or cluster id");
        }
        return new WalMetadata(member, cluster);
    }
}
