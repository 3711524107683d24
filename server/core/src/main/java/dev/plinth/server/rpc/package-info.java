/**
 * The gRPC services of the client port, one class per service, on top of the local member and the
 * store.
 *
 * <p>Calls of the hot path (put, range, txn, keep-alive) run on the socket's event loop up to the
 * proposal or the read barrier and are answered from the thread that completes them; all other
 * calls run on virtual threads.
 */
@NullMarked
package dev.plinth.server.rpc;

import org.jspecify.annotations.NullMarked;
