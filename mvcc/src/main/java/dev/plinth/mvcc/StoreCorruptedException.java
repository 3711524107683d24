package dev.plinth.mvcc;

/**
 * The database holds something that no etcd writes. Fatal for the member: it says which bucket and
 * key, what was expected and what was found.
 */
public final class StoreCorruptedException extends RuntimeException {
    public StoreCorruptedException(String message) {
        super(message);
    }
}
