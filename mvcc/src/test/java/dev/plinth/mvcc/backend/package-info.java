/** Tests of this package. */
@NullMarked
package dev.plinth.mvcc.backend;

import org.jspecify.annotations.NullMarked;
