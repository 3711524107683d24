/**
 * The multi-version key-value store: etcd's data model on the page store.
 *
 * <p>{@link dev.plinth.mvcc.KeyValueStore} is the door. A put becomes one entry of the {@code key}
 * bucket (revision to encoded KeyValue) and one step in the key index; reads find the revision in
 * the index and the bytes in the write buffer or the database file. Nothing here knows of raft,
 * gRPC, clocks or threads of its own: time comes in as a number, background work as {@code doWork}.
 */
@NullMarked
package dev.plinth.mvcc;

import org.jspecify.annotations.NullMarked;
