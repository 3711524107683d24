package dev.plinth.server.apply;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.server.core.ResponseBody;
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
    private final Tail tail;
    private final int size;

    private RangeBody(RangeResult result, boolean more, long count) {
        this.result = result;
        this.tail = new Tail(more, count);
        this.size = Math.addExact(pairsSize(result), tail.size());
    }

    /** The body of a whole answer. */
    public static RangeBody of(RangeResult result) {
        return new RangeBody(result, result.more(), result.count());
    }

    /** The pairs alone: a chunk with more to come. */
    public static RangeBody pairs(RangeResult result) {
        return new RangeBody(result, false, 0);
    }

    /** The last chunk, with the count of the whole interval. */
    public static RangeBody last(RangeResult result, long count) {
        return new RangeBody(result, result.more(), count);
    }

    /** The answer without its pairs, which holds on to nothing of the result. */
    public ResponseBody tail() {
        return tail;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
        int _ = writePairs(result, Integer.MAX_VALUE, out);
        tail.writeTo(out);
    }

    /**
     * Writes pairs of a result alone: at least one, and then as long as those before took fewer
     * than so many bytes.
     *
     * @return how many were written
     */
    public static int writePairs(RangeResult result, int bytesMax, CodedOutputStream out)
            throws IOException {
        int pairs = result.size();
        long bytes = 0;
        int written = 0;
        for (int i = 0; i < pairs && bytes < bytesMax; i++, written++) {
            bytes += result.encodedSize(i);
            out.writeTag(RangeResponse.KVS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(result.encodedSize(i));
            out.writeRawBytes(result.encoded(i).asByteBuffer());
        }
        return written;
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

    /** What stands behind the pairs. */
    private record Tail(boolean more, long count) implements ResponseBody {
        @Override
        public int size() {
            return (more
                            ? CodedOutputStream.computeBoolSize(
                                    RangeResponse.MORE_FIELD_NUMBER, true)
                            : 0)
                    + (count != 0
                            ? CodedOutputStream.computeInt64Size(
                                    RangeResponse.COUNT_FIELD_NUMBER, count)
                            : 0);
        }

        @Override
        public void writeTo(CodedOutputStream out) throws IOException {
            if (more) {
                out.writeBool(RangeResponse.MORE_FIELD_NUMBER, true);
            }
            if (count != 0) {
                out.writeInt64(RangeResponse.COUNT_FIELD_NUMBER, count);
            }
        }
    }
}
