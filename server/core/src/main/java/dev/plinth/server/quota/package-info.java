/** How large the database may grow, and what a request is reckoned to add to it. */
@NullMarked
package dev.plinth.server.quota;

import org.jspecify.annotations.NullMarked;
