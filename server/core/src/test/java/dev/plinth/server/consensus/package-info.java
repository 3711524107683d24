/** The loops, driven by the tests' own thread. */
@NullMarked
package dev.plinth.server.consensus;

import org.jspecify.annotations.NullMarked;
