package dev.plinth.server.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.server.core.ResponseBody;
import java.io.IOException;
import java.util.List;

/**
 * The body of a watch response with events: watch id, fragment mark, and the events' shared bytes.
 *
 * @param watchId whom it is for
 * @param fragment true when more of the same revision follows
 * @param events encoded {@code mvccpb.Event}s
 * @param size encoded size
 */
record WatchBody(long watchId, boolean fragment, List<byte[]> events, int size)
        implements ResponseBody {

    static WatchBody of(long watchId, boolean fragment, List<byte[]> events) {
        long size = prefixSize(watchId, fragment);
        for (byte[] event : events) {
            size += fieldSize(event.length);
        }
        return new WatchBody(watchId, fragment, events, Math.toIntExact(size));
    }

    /** What one event adds to a response. */
    static int fieldSize(int eventBytes) {
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(eventBytes) + eventBytes;
    }

    private static int prefixSize(long watchId, boolean fragment) {
        return (watchId == 0
                        ? 0
                        : CodedOutputStream.computeInt64Size(
                                WatchResponse.WATCH_ID_FIELD_NUMBER, watchId))
                + (fragment
                        ? CodedOutputStream.computeBoolSize(
                                WatchResponse.FRAGMENT_FIELD_NUMBER, true)
                        : 0);
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
        if (watchId != 0) {
            out.writeInt64(WatchResponse.WATCH_ID_FIELD_NUMBER, watchId);
        }
        if (fragment) {
            out.writeBool(WatchResponse.FRAGMENT_FIELD_NUMBER, true);
        }
        for (byte[] event : events) {
            out.writeTag(WatchResponse.EVENTS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(event.length);
            out.writeRawBytes(event);
        }
    }
}
