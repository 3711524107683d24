/**
 * Random workloads, the sorted map that says what the database must hold after them, and the search
 * for a small workload that still fails.
 */
@NullMarked
package dev.plinth.pagestore.model;

import org.jspecify.annotations.NullMarked;
