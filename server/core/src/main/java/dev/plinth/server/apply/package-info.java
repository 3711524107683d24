/**
 * Applies committed entries to the store: a pure function of the state and the entry.
 *
 * <p>{@link dev.plinth.server.apply.Applier} is called by the apply loop alone. It reads no clock,
 * no randomness and no local configuration that may differ between members.
 */
@NullMarked
package dev.plinth.server.apply;

import org.jspecify.annotations.NullMarked;
