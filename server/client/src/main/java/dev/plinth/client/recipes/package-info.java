/**
 * What programs build on a cluster to agree with one another: sessions, locks, elections,
 * transactions in memory, barriers, queues. Keys are those of etcd's own Go client, so that
 * programs of both kinds may share a lock or an election.
 *
 * <p>None of these makes two programs exclude each other by itself: a program that was stopped for
 * longer than its session lives does not know yet that it has lost. What it does to other systems
 * has to carry a fencing token, what it writes to the cluster a condition; both are given here.
 *
 * <p>Methods that wait are made for virtual threads and end when the thread is interrupted.
 */
@NullMarked
package dev.plinth.client.recipes;

import org.jspecify.annotations.NullMarked;
