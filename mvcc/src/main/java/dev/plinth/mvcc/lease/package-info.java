/** Leases: lifetimes, attachment of keys, expiry, checkpoints. */
@NullMarked
package dev.plinth.mvcc.lease;

import org.jspecify.annotations.NullMarked;
