/**
 * How fast the log is.
 *
 * <p>{@link dev.plinth.jmh.walio.AppendBenchmark} measures one part at a time and shows what is
 * allocated ({@code -prof gc}); {@link dev.plinth.jmh.walio.AppendComparison} measures the log, the
 * disk's floor and etcd's way of writing in turns within one run, since a disk's speed changes from
 * minute to minute.
 */
package dev.plinth.jmh.walio;
