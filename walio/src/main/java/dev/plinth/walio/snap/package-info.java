/**
 * The files beside the log: {@code .snap} files, which hold the membership for etcd 3.6 and older,
 * and databases received from a leader. Unlike the reference each is written under a temporary
 * name, synced, renamed, and the directory synced, so that a name stands for a whole file.
 */
@NullMarked
package dev.plinth.walio.snap;

import org.jspecify.annotations.NullMarked;
