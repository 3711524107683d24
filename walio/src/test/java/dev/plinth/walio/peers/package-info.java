/** Finds the real programs that tests compare with. */
@NullMarked
package dev.plinth.walio.peers;

import org.jspecify.annotations.NullMarked;
