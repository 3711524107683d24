package dev.plinth.server.metrics;

import java.util.function.DoubleSupplier;

/** A number that its owner keeps and that is asked for when somebody wants to see it. */
record Sampled(DoubleSupplier value) implements Series {}
