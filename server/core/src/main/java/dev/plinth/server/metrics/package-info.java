/** Counters and gauges under the names that dashboards know, and their text form. */
@NullMarked
package dev.plinth.server.metrics;

import org.jspecify.annotations.NullMarked;
