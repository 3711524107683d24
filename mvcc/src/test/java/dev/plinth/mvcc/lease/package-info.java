/** Tests of this package. */
@NullMarked
package dev.plinth.mvcc.lease;

import org.jspecify.annotations.NullMarked;
