/** Counters, gauges and histograms under the names that dashboards know, and their text forms. */
@NullMarked
package dev.plinth.server.metrics;

import org.jspecify.annotations.NullMarked;
