package dev.plinth.client;

/**
 * A key with its value, as of some revision.
 *
 * @param key never empty
 * @param value empty for a deleted key
 * @param createRevision revision at which the key came into being; 0 for a deleted key
 * @param modRevision revision of the last change
 * @param version number of changes since the key came into being; 0 for a deleted key
 * @param lease id of the lease that the key goes with; 0 for none
 */
public record KeyValue(
        Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {
    static KeyValue of(dev.plinth.api.mvccpb.KeyValue item, Namespace namespace) {
        return new KeyValue(
                namespace.strip(item.getKey()),
                Bytes.of(item.getValue()),
                item.getCreateRevision(),
                item.getModRevision(),
                item.getVersion(),
                item.getLease());
    }
}
