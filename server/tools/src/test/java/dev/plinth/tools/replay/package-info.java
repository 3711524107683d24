/** Sessions recorded with the real command-line programs, replayed with ours. */
@NullMarked
package dev.plinth.tools.replay;

import org.jspecify.annotations.NullMarked;
