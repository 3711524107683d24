/** Tests of the metrics and their text forms. */
@NullMarked
package dev.plinth.server.metrics;

import org.jspecify.annotations.NullMarked;
