/**
 * A client of etcd's API, for servers of Plinth and of etcd alike.
 *
 * <p>{@link dev.plinth.client.PlinthClient} is the way in. Requests and results are immutable
 * values of this package; no generated type shows. Every call has a blocking form, made for virtual
 * threads, and one that returns a {@link java.util.concurrent.CompletableFuture}. Failures are
 * {@link dev.plinth.client.EtcdException}s, told apart by their class.
 *
 * <p>All types may be used by any thread. Callbacks and the stages of futures run on virtual
 * threads of the client, never on the thread that serves the connections, so they may block.
 */
@NullMarked
package dev.plinth.client;

import org.jspecify.annotations.NullMarked;
