/** Tests of this package. */
@NullMarked
package dev.plinth.mvcc.watch;

import org.jspecify.annotations.NullMarked;
