package dev.plinth.server.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.mvcc.RangeResult;

/** Turns stored pairs into messages, where a reply is assembled from several results. */
final class StoredPairs {
    private StoredPairs() {}

    static KeyValue message(RangeResult result, int i) {
        try {
            return KeyValue.parseFrom(result.encoded(i).asByteBuffer());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "stored pair at revision " + result.modRevision(i) + " is damaged", e);
        }
    }

    static RangeResponse.Builder response(RangeResult result) {
        RangeResponse.Builder response = RangeResponse.newBuilder();
        for (int i = 0; i < result.size(); i++) {
            response.addKvs(message(result, i));
        }
        return response.setMore(result.more()).setCount(result.count());
    }
}
