/** Tests of the key index. */
@NullMarked
package dev.plinth.mvcc.index;

import org.jspecify.annotations.NullMarked;
