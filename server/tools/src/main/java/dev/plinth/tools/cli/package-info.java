/**
 * The command-line grammar of the tools: a tree of commands with flags as Go's pflag library takes
 * them, help texts, completion scripts and manual pages, all from one description.
 *
 * <p>No reflection and no annotations: a tool of this kind lives for a tenth of a second, and
 * building its commands must cost next to nothing.
 */
@NullMarked
package dev.plinth.tools.cli;

import org.jspecify.annotations.NullMarked;
