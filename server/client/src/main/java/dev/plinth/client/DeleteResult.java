package dev.plinth.client;

import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import java.util.List;

/**
 * Keys were deleted, or there were none.
 *
 * @param deleted number of keys
 * @param previous the items as they were, if that was asked for
 */
public record DeleteResult(Header header, long deleted, List<KeyValue> previous)
        implements OpResult {
    static DeleteResult of(DeleteRangeResponse response, Namespace namespace) {
        return new DeleteResult(
                Header.of(response.getHeader()),
                response.getDeleted(),
                response.getPrevKvsList().stream()
                        .map(item -> KeyValue.of(item, namespace))
                        .toList());
    }
}
