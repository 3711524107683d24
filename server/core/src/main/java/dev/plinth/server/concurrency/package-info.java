/**
 * Locks and elections: services that are nothing but clients of the member's own key-value, watch
 * and lease services, on whose behalf the caller's token travels on.
 *
 * <p>A contender is a key under a common prefix, bound to a lease; whoever's key was created first
 * holds the lock or leads. A call that has to wait blocks its (virtual) thread. Every refusal
 * leaves with status Unknown, as the reference sends it.
 */
@NullMarked
package dev.plinth.server.concurrency;

import org.jspecify.annotations.NullMarked;
