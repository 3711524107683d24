package dev.plinth.server.metrics;

/** What stands under one name and one set of label values. */
sealed interface Series permits Counter, Gauge, Histogram, Sampled {}
