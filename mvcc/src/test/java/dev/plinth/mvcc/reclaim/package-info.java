/** Tests of the epochs. */
@NullMarked
package dev.plinth.mvcc.reclaim;

import org.jspecify.annotations.NullMarked;
