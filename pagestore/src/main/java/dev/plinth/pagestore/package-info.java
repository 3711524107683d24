/**
 * A single-file database: a copy-on-write B+tree of buckets, keys and values on memory-mapped
 * pages, whose file is a bbolt file. One writer at a time, any number of readers that never wait
 * for it and never make it wait.
 *
 * <p>Start at {@link dev.plinth.pagestore.Database#open}. A {@link
 * dev.plinth.pagestore.ReadTransaction} sees one version for its whole life; a {@link
 * dev.plinth.pagestore.WriteTransaction} sees its own changes and makes them visible as a whole.
 * {@link dev.plinth.pagestore.Bucket} and {@link dev.plinth.pagestore.Cursor} work within either.
 */
@NullMarked
package dev.plinth.pagestore;

import org.jspecify.annotations.NullMarked;
