/** Revisions that have been applied and are not in the page store yet. */
@NullMarked
package dev.plinth.mvcc.buffer;

import org.jspecify.annotations.NullMarked;
