/**
 * Watches: who hears of which change, from which revision on, and what happens to the ones that
 * cannot keep up. The protocol on the wire (created, fragments, prev_kv, cancel reasons) is the
 * server's.
 */
@NullMarked
package dev.plinth.mvcc.watch;

import org.jspecify.annotations.NullMarked;
