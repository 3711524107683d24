/**
 * {@code plinth bolt}: bbolt's tool with its commands, flags, outputs and exit codes, and {@code
 * map} besides, which draws a file. The operations are in pagestore ({@code inspect}, {@code
 * surgery}, {@code map}); here are flags and texts.
 *
 * <p>Where the reference crashes on a damaged file, this prints an error that names file, page and
 * what was found, and ends with code 1. No command but {@code compact}, {@code bench} and {@code
 * surgery} writes to a database, and surgery works on a copy.
 */
@NullMarked
package dev.plinth.server.bolt;

import org.jspecify.annotations.NullMarked;
