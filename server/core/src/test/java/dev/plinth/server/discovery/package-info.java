/** Founders found by DNS. */
@NullMarked
package dev.plinth.server.discovery;

import org.jspecify.annotations.NullMarked;
