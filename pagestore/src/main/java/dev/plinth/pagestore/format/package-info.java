/**
 * The bytes of a page file: offsets, accessors and validation, and nothing else. These classes know
 * where a field stands and when a page may be trusted; they know neither trees nor transactions.
 *
 * <p>All accessors are static functions over a {@link java.lang.foreign.MemorySegment} and the
 * offset of the page in it, so that reading a field allocates nothing. Source: bbolt's file format,
 * version 2. All integers are little-endian; nothing may be assumed about alignment, because the
 * page image of an inline bucket starts anywhere.
 */
@NullMarked
package dev.plinth.pagestore.format;

import org.jspecify.annotations.NullMarked;
