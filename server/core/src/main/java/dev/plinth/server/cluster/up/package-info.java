/**
 * {@code plinth cluster}: a cluster of several members on this machine, for development. What is
 * known of it lies in one folder: a data directory, a log and a process id for each member.
 */
@NullMarked
package dev.plinth.server.cluster.up;

import org.jspecify.annotations.NullMarked;
