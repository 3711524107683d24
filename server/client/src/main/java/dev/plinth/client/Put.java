package dev.plinth.client;

import dev.plinth.api.etcdserverpb.PutRequest;

/** A request to write a key. Immutable: each setting returns another request. */
public final class Put implements Op {
    private final Bytes key;

    /** All but the key. */
    private final PutRequest settings;

    private Put(Bytes key, PutRequest settings) {
        this.key = key;
        this.settings = settings;
    }

    /** Writes a value, attached to no lease. */
    public static Put of(Bytes key, Bytes value) {
        return new Put(key, PutRequest.newBuilder().setValue(value.content()).build());
    }

    /** Writes the value that the key has again, as when its lease is to be another. */
    public static Put sameValue(Bytes key) {
        return new Put(key, PutRequest.newBuilder().setIgnoreValue(true).build());
    }

    /** The key goes when the lease goes; 0 for none. */
    public Put lease(long id) {
        return new Put(key, settings.toBuilder().setLease(id).build());
    }

    /** The lease stays what it is. */
    public Put sameLease() {
        return new Put(key, settings.toBuilder().setIgnoreLease(true).build());
    }

    /** The result has the item as it was before. */
    public Put withPrevious() {
        return new Put(key, settings.toBuilder().setPrevKv(true).build());
    }

    PutRequest on(Namespace namespace) {
        return settings.toBuilder().setKey(namespace.key(key)).build();
    }

    @Override
    public String toString() {
        return "Put " + key;
    }
}
