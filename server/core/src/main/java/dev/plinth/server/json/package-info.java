/**
 * JSON text that is written without a library: log lines, small bodies, what other members compare.
 */
@NullMarked
package dev.plinth.server.json;

import org.jspecify.annotations.NullMarked;
