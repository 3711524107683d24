/**
 * How large the database may grow and how much memory requests may hold, and what a request is
 * reckoned to take of either.
 */
@NullMarked
package dev.plinth.server.quota;

import org.jspecify.annotations.NullMarked;
