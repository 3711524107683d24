package dev.plinth.client;

import dev.plinth.api.etcdserverpb.PutResponse;
import java.util.Optional;

/**
 * A key was written.
 *
 * @param header its revision is that of the write
 * @param previous the item as it was, if that was asked for and there was one
 */
public record PutResult(Header header, Optional<KeyValue> previous) implements OpResult {
    static PutResult of(PutResponse response, Namespace namespace) {
        return new PutResult(
                Header.of(response.getHeader()),
                response.hasPrevKv()
                        ? Optional.of(KeyValue.of(response.getPrevKv(), namespace))
                        : Optional.empty());
    }
}
