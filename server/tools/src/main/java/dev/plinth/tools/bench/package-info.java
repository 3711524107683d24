/**
 * {@code plinth bench}: etcd's benchmark tool over again, with its commands, flags and report, and
 * with what it lacks: latencies from the intended start, reports as CSV and HTML.
 *
 * <p>Calls are made and counted on a few event-loop threads; answers are not made into objects
 * where nothing in them is looked at. What needs several calls in a row runs on virtual threads.
 */
@NullMarked
package dev.plinth.tools.bench;

import org.jspecify.annotations.NullMarked;
