package dev.plinth.client;

import dev.plinth.api.etcdserverpb.RangeResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What was read.
 *
 * @param items in the order asked for
 * @param more whether the limit left items out
 * @param count number of items in the range, whatever the limit
 */
public record RangeResult(Header header, List<KeyValue> items, boolean more, long count)
        implements OpResult {
    static RangeResult of(RangeResponse response, Namespace namespace) {
        List<KeyValue> items = new ArrayList<>(response.getKvsCount());
        response.getKvsList().forEach(item -> items.add(KeyValue.of(item, namespace)));
        return new RangeResult(
                Header.of(response.getHeader()),
                Collections.unmodifiableList(items),
                response.getMore(),
                response.getCount());
    }

    /** The first item, if there is one. */
    public Optional<KeyValue> first() {
        return items.isEmpty() ? Optional.empty() : Optional.of(items.getFirst());
    }
}
