/**
 * Real processes: refusals with their messages and exit codes, kills and restarts; and whole
 * members without one.
 */
@NullMarked
package dev.plinth.server.boot;

import org.jspecify.annotations.NullMarked;
