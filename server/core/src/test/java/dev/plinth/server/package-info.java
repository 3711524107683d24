/** What holds for the whole tree: who may know whom, and house rules. */
@NullMarked
package dev.plinth.server;

import org.jspecify.annotations.NullMarked;
