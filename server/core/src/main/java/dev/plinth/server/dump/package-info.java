/** {@code plinth dump-logs} and {@code plinth dump-db}: what a member has on disk, as text. */
@NullMarked
package dev.plinth.server.dump;

import org.jspecify.annotations.NullMarked;
