/**
 * What lies under a data directory, and whether an acknowledged write survives a power cut there.
 *
 * <p>{@link dev.plinth.walio.check.StorageInspector} follows a path to its mount, its file system
 * and its chain of block devices, reads what the kernel tells of each, and turns what it knows to
 * be bad into {@link dev.plinth.walio.check.Finding}s with a consequence and a remedy. Levels have
 * one meaning throughout: an <em>error</em> can lose what was acknowledged, a <em>warning</em> puts
 * availability, speed or an unprovable promise at risk, an <em>info</em> is worth knowing.
 *
 * <p>It does not measure (the disk laboratory does), changes nothing except for one short-lived
 * file where only a sync can tell whether fast commit is on, and never throws for what it cannot
 * read: the facts say "unknown" instead. All input comes through {@link
 * dev.plinth.walio.check.SystemView}. Used once at start, on the starting thread.
 */
@NullMarked
package dev.plinth.walio.check;

import org.jspecify.annotations.NullMarked;
