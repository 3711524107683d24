/**
 * The database file as etcd lays it out, behind a write buffer: which buckets exist, how a batch of
 * applied entries gets into one page-store transaction together with its consistent index, and what
 * is durable. It does not know what keys and revisions mean.
 */
@NullMarked
package dev.plinth.mvcc.backend;

import org.jspecify.annotations.NullMarked;
