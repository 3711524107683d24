/**
 * Where a member comes from and how it ends: the entry point, the decision between a new member and
 * a restarted one, the wiring of all parts, the stop. The one place that asks the system for time,
 * disk, randomness, environment and signals; everything else gets them passed in.
 */
@NullMarked
package dev.plinth.server.boot;

import org.jspecify.annotations.NullMarked;
