/**
 * Bounds on what lives below a prefix of the key space: how they are set, what is counted, and
 * whether a change would go over one. The store counts; the server refuses.
 *
 * <p>Counted by the apply thread alone; read by any thread.
 */
@NullMarked
package dev.plinth.mvcc.quota;

import org.jspecify.annotations.NullMarked;
