/** Tests of the store, and the fixtures that tests of other modules may use. */
@NullMarked
package dev.plinth.mvcc;

import org.jspecify.annotations.NullMarked;
