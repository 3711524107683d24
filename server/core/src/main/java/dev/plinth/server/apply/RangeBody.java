package dev.plinth.server.apply;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.mvcc.RangeResult;
import java.io.IOException;

/**
 * The body of a range response made of the stored pairs' bytes.
 *
 * <p>A stored value is an encoded {@code mvccpb.KeyValue}; the body is tag, length and these bytes
 * for each pair, then {@code more} and {@code count}. No pair is decoded. Must be written before
 * the view of the result is closed. State: two words beside the result.
 */
public final class RangeBody implements ResponseBody {
    private final RangeResult result;
    private final int size;

    /** Wraps the result; computes the size. */
    public RangeBody(RangeResult result) {
        this.result = result;
        this.size = pairsSize(result) + tailSize(result);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
        int pairs = result.size();
        for (int i = 0; i < pairs; i++) {
            out.writeTag(RangeResponse.KVS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(result.encodedSize(i));
            out.writeRawBytes(result.encoded(i).asByteBuffer());
        }
        if (result.more()) {
            out.writeBool(RangeResponse.MORE_FIELD_NUMBER, true);
        }
        if (result.count() != 0) {
            out.writeInt64(RangeResponse.COUNT_FIELD_NUMBER, result.count());
        }
    }

    private static int pairsSize(RangeResult result) {
        long size = 0;
        int pairs = result.size();
        for (int i = 0; i < pairs; i++) {
            int encoded = result.encodedSize(i);
            size += 1L + CodedOutputStream.computeUInt32SizeNoTag(encoded) + encoded;
        }
        return Math.toIntExact(size);
    }

    private static int tailSize(RangeResult result) {
        return (result.more()
                        ? CodedOutputStream.computeBoolSize(RangeResponse.MORE_FIELD_NUMBER, true)
                        : 0)
                + (result.count() != 0
                        ? CodedOutputStream.computeInt64Size(
                                RangeResponse.COUNT_FIELD_NUMBER, result.count())
                        : 0);
    }
}
