/**
 * The key index: which revisions a key has, in key order, in native memory. {@link
 * dev.plinth.mvcc.index.KeyIndex} has the essay.
 */
@NullMarked
package dev.plinth.mvcc.index;

import org.jspecify.annotations.NullMarked;
