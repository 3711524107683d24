/** The tool against the recorded files and sessions of the reference. */
@NullMarked
package dev.plinth.server.bolt;

import org.jspecify.annotations.NullMarked;
