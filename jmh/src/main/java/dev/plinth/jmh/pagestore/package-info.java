/**
 * The page store beside its peers: bbolt (as a process), lmdbjava, H2 MVStore, RocksDB; and JMH
 * benchmarks of single operations.
 */
@NullMarked
package dev.plinth.jmh.pagestore;

import org.jspecify.annotations.NullMarked;
